package io.tidemark.planner.flow;

import io.tidemark.schemas.avro.Descriptor;
import io.tidemark.schemas.avro.Directive;
import io.tidemark.schemas.avro.Plan;
import java.util.List;
import java.util.Optional;

/** The log as a planner needs it: what is there of one backfill, and transactions to add to it. */
public interface PlanLog extends AutoCloseable {

  /** Queues of the work topic. */
  int queues();

  /** The plan as published so far; none, if it was archived since. */
  Optional<Plan> plan();

  /** What the coordinator directs now; also of an archived plan of the same id. */
  Optional<Directive> directive();

  /** Descriptors of the plan published so far, by ordinal; none, unread, if it is sealed. */
  List<Descriptor> descriptors();

  /**
   * Publishes descriptors and the plan in one transaction; a planner of the same backfill that was
   * here before can write no more.
   */
  void publish(List<Descriptor> descriptors, Plan plan);

  @Override
  void close();
}
