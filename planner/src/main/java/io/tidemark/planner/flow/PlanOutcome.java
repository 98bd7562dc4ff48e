package io.tidemark.planner.flow;

import io.tidemark.schemas.avro.Plan;

/**
 * A sealed plan.
 *
 * @param plan as it stands on the plans topic
 * @param published descriptors that this call published; 0 also if an earlier one had sealed it
 */
public record PlanOutcome(Plan plan, long published) {}
