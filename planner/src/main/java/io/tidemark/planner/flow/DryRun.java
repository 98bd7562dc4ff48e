package io.tidemark.planner.flow;

import io.tidemark.connectors.api.RowFormat;
import java.time.Duration;
import java.util.List;

/**
 * What a plan would be; nothing was touched.
 *
 * @param backfill backfill id
 * @param sourceKey what limits of the source are set by, and shared by
 * @param partitions partitions, a count
 * @param rowsEstimated sum of the estimates, rows
 * @param heaviest largest estimate of one partition, rows
 * @param imbalance estimated rows of the heaviest partition over the mean; 1.0 is perfect, and
 *     where all are empty
 * @param queueImbalance weight of the fullest queue over the mean of those that can have any (as
 *     many as there are partitions, at most); 1.0 is perfect
 * @param took time that cutting the source took
 * @param format the row format that source and sink would use
 * @param obstacles why it is no better one; a line each
 * @param explain how the source cuts and reads: one line each, such as the statements used
 * @param sample the first partitions, in words
 */
public record DryRun(
    String backfill,
    String sourceKey,
    long partitions,
    long rowsEstimated,
    long heaviest,
    double imbalance,
    double queueImbalance,
    Duration took,
    RowFormat format,
    List<String> obstacles,
    List<String> explain,
    List<String> sample) {

  public DryRun {
    obstacles = List.copyOf(obstacles);
    explain = List.copyOf(explain);
    sample = List.copyOf(sample);
  }

  /** Whether rows travel as bytes that nobody decodes, and not as records. */
  public boolean raw() {
    return !format.equals(RowFormat.RECORDS);
  }
}
