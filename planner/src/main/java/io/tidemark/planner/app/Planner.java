package io.tidemark.planner.app;

import io.tidemark.connectors.Route;
import io.tidemark.core.retry.TaskException;
import io.tidemark.kafka.admin.TidemarkTopics;
import io.tidemark.kafka.admin.TopicException;
import io.tidemark.kafka.client.ClientConfig;
import io.tidemark.kafka.client.KafkaUnreachableException;
import io.tidemark.planner.flow.DryRun;
import io.tidemark.planner.flow.PlanOutcome;
import io.tidemark.planner.flow.Planning;
import io.tidemark.schemas.spec.Spec;
import io.tidemark.schemas.topic.Topics;
import java.time.Clock;
import java.util.List;

/** Plans backfills. */
public final class Planner {

  private Planner() {}

  /**
   * Plans a backfill, or completes the plan that an earlier call began; planning a sealed one again
   * changes nothing. Makes the topics that are missing.
   *
   * @param queues Kafka partitions of the domain's work topic, if it is made now
   * @throws TaskException if source or sink refuse: FATAL what the user must mend, else unreachable
   * @throws KafkaUnreachableException if Kafka does not answer
   * @throws TopicException if a topic is not as it must be
   * @throws org.apache.kafka.common.KafkaException if Kafka fails; run again to go on
   */
  public static PlanOutcome plan(Spec spec, ClientConfig kafka, Topics topics, int queues)
      throws TaskException, KafkaUnreachableException, TopicException, InterruptedException {
    try (Route route = Route.open(spec)) {
      Planning planning = new Planning(spec, route);
      planning.check();
      String domain = spec.domain();
      int q = TidemarkTopics.ensure(kafka, topics, List.of(domain), queues).get(domain);
      try (KafkaPlanLog log = new KafkaPlanLog(kafka, topics, domain, spec.backfillId(), q)) {
        return planning.publish(log, Clock.systemUTC().millis());
      }
    }
  }

  /**
   * Checks that source and sink are there and fit each other; touches nothing, needs no Kafka.
   *
   * @throws TaskException as for {@link #plan}
   */
  public static void check(Spec spec) throws TaskException {
    try (Route route = Route.open(spec)) {
      new Planning(spec, route).check();
    }
  }

  /**
   * What a plan would be; touches nothing, needs no Kafka.
   *
   * @param queues Kafka partitions that the work topic has or would have
   * @throws TaskException as for {@link #plan}
   */
  public static DryRun dryRun(Spec spec, int queues) throws TaskException {
    try (Route route = Route.open(spec)) {
      Planning planning = new Planning(spec, route);
      planning.check();
      return planning.dryRun(queues, System::nanoTime);
    }
  }
}
