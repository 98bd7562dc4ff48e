package io.tidemark.planner.flow;

import io.tidemark.schemas.avro.Plan;
import java.util.Optional;

/**
 * A sealed plan.
 *
 * @param plan as it stands on the plans topic
 * @param published descriptors that this call published; 0 also if an earlier one had sealed it
 * @param balance how even it is; empty if an earlier call had sealed it
 */
public record PlanOutcome(Plan plan, long published, Optional<Balance> balance) {

  /**
   * How evenly work is cut and dealt.
   *
   * @param partitions estimated rows of the heaviest partition over the mean; 1.0 is perfect
   * @param queues weight of the fullest queue over the mean; 1.0 is perfect
   */
  public record Balance(double partitions, double queues) {}
}
