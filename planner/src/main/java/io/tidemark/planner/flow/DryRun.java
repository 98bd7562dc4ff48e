package io.tidemark.planner.flow;

import java.util.List;

/**
 * What a plan would be; nothing was touched.
 *
 * @param backfill backfill id
 * @param partitions partitions, a count
 * @param rowsEstimated sum of the estimates, rows
 * @param heaviest largest estimate of one partition, rows
 * @param imbalance weight of the fullest queue over the mean; 1.0 is perfect
 * @param format id of the row format that source and sink would use
 * @param explain how the source reads: one line each, such as the statements used
 * @param sample the first partitions, in words
 */
public record DryRun(
    String backfill,
    long partitions,
    long rowsEstimated,
    long heaviest,
    double imbalance,
    String format,
    List<String> explain,
    List<String> sample) {}
