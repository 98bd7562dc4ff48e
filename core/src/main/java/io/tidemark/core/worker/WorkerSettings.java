package io.tidemark.core.worker;

/**
 * What a worker is told at its start.
 *
 * @param workerId its id
 * @param lanes partitions that it runs at the same time, at least 1
 * @param checkpointIntervalMs longest time that progress stays unreported, milliseconds
 * @param lookahead descriptors of one queue that wait in memory before reading it is paused
 */
public record WorkerSettings(String workerId, int lanes, long checkpointIntervalMs, int lookahead) {

  public WorkerSettings {
    if (lanes < 1 || checkpointIntervalMs < 1 || lookahead < 1) {
      throw new IllegalArgumentException(
          "lanes, checkpoint interval and lookahead must be at least 1");
    }
  }
}
