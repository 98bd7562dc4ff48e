package io.tidemark.core.coordinator;

import io.tidemark.core.ledger.Tallies;
import io.tidemark.schemas.avro.Digest;
import io.tidemark.schemas.avro.Tally;
import java.util.Collection;

/**
 * The tallies of all queues of one backfill, added up. Units as in {@link Tally}.
 *
 * @param largestPending estimated rows of the largest partition that is PENDING, about; 0: none
 */
record Sum(
    long pending,
    long running,
    long retrying,
    long completed,
    long failed,
    long cancelled,
    long rows,
    long bytes,
    long deadLetters,
    long rowsEstimated,
    Digest digest,
    long coverageKnown,
    long coverageCompleted,
    long claims,
    long drift,
    String lastDrift,
    Long startedAt,
    long largestPending) {

  private static final Sum ZERO =
      new Sum(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, new Digest("", 0L, 0L), 0, 0, 0, 0, "", null, 0);

  static Sum of(Collection<Tally> tallies) {
    Sum sum = ZERO;
    for (Tally t : tallies) {
      sum = sum.plus(t);
    }
    return sum;
  }

  private Sum plus(Tally t) {
    return new Sum(
        pending + t.getPending(),
        running + t.getRunning(),
        retrying + t.getRetrying(),
        completed + t.getCompleted(),
        failed + t.getFailed(),
        cancelled + t.getCancelled(),
        rows + t.getRows(),
        bytes + t.getBytes(),
        deadLetters + t.getDeadLetters(),
        rowsEstimated + t.getRowsEstimated(),
        Tallies.plus(digest, t.getDigest()),
        coverageKnown + t.getCoverageKnown(),
        coverageCompleted + t.getCoverageCompleted(),
        claims + t.getClaims(),
        drift + t.getDrift(),
        t.getLastDrift().isEmpty() ? lastDrift : t.getLastDrift(),
        Tallies.earlier(startedAt, t.getStartedAt()),
        Math.max(largestPending, Tallies.largestPending(t)));
  }

  /** Partitions known. */
  long partitions() {
    return pending + running + retrying + completed + failed + cancelled;
  }

  /** Whether none of them has anything left to do. */
  boolean terminal() {
    return pending + running + retrying == 0;
  }
}
