package io.tidemark.core.sim;

/**
 * The size of a simulated world, drawn from its seed: small, so that everything touches everything.
 *
 * @param queues queues of the work topic
 * @param workers worker processes
 * @param lanes lanes of each
 * @param lookahead see WorkerSettings
 * @param checkpointMs see WorkerSettings
 * @param backfills backfills
 * @param maxRunning backfills that the coordinator admits at a time
 * @param partitions partitions of each backfill
 * @param maxRows most rows of a partition
 * @param maxChunk most rows of a chunk
 * @param pollMs longest time between two polls of a worker
 * @param sessionMs how long the group waits for a silent member
 * @param transactionMs how long the log waits for an open transaction
 * @param drainMs how long a worker lets lanes go on when their queue is revoked
 * @param faultyMs for how long faults happen
 * @param lostReplies share of requests to the sink whose reply is lost, while faults happen
 * @param fatal share of chunks that fail for good, while faults happen
 * @param sink kind of the sink
 * @param poison one row of so many is refused by the sink; 0: none is
 * @param killer whether every worker dies that begins with a chunk of a certain partition
 * @param lateMarkers share of transactions' markers that come long after the decision
 */
record Setup(
    int queues,
    int workers,
    int lanes,
    int lookahead,
    int checkpointMs,
    int backfills,
    int maxRunning,
    int partitions,
    int maxRows,
    int maxChunk,
    int pollMs,
    int sessionMs,
    int transactionMs,
    int drainMs,
    int faultyMs,
    double lostReplies,
    double fatal,
    SimSink.Kind sink,
    int poison,
    boolean killer,
    double lateMarkers) {

  static Setup draw(Scheduler s) {
    int backfills = s.between(1, 2);
    return new Setup(
        s.between(1, 4),
        s.between(2, 4),
        s.between(1, 3),
        s.between(1, 4),
        s.between(50, 1_000),
        backfills,
        s.between(1, backfills),
        s.between(2, 10),
        s.between(4, 40),
        s.between(1, 8),
        s.between(20, 150),
        s.between(600, 2_500),
        s.between(500, 4_000),
        s.between(50, 1_000),
        s.between(4_000, 15_000),
        s.chance(0.7) ? 0.05 : 0.2,
        s.chance(0.2) ? 0.03 : 0,
        s.chance(0.6)
            ? SimSink.Kind.TRANSACTIONAL
            : s.chance(0.5) ? SimSink.Kind.MANIFEST : SimSink.Kind.IDEMPOTENT,
        s.chance(0.3) ? s.between(3, 60) : 0,
        s.chance(0.1),
        s.chance(0.3) ? 0.5 : 0.05);
  }
}
