package io.tidemark.core.ledger;

import io.tidemark.core.digest.Coverage;
import io.tidemark.core.ledger.Finding.Kind;
import io.tidemark.core.ledger.LedgerEvent.Planned;
import io.tidemark.core.ledger.LedgerEvent.Reported;
import io.tidemark.core.lifecycle.Lifecycle;
import io.tidemark.core.lifecycle.Slice;
import io.tidemark.schemas.avro.Checkpoint;
import io.tidemark.schemas.avro.Descriptor;
import io.tidemark.schemas.avro.Digest;
import io.tidemark.schemas.avro.LedgerEntry;
import io.tidemark.schemas.avro.PartitionState;
import java.util.Optional;

/**
 * The rules of the ledger: one entry and one event give the next entry. Events of one partition
 * come in the order of their queue, work and checkpoints interleaved in any way; replaying them
 * gives the same ledger (I10).
 */
public final class Ledger {

  private Ledger() {}

  /**
   * The outcome of one event.
   *
   * @param entry the entry from now on; the very same instance if nothing changed; null if the
   *     partition remains unknown
   * @param finding the disagreement, if the event was refused
   */
  public record Applied(LedgerEntry entry, Optional<Finding> finding) {

    private static Applied to(LedgerEntry entry) {
      return new Applied(entry, Optional.empty());
    }

    private static Applied refused(LedgerEntry entry, Kind kind, String detail) {
      return new Applied(
          entry, Optional.of(new Finding(kind, entry.getDescriptor().getPartitionId(), detail)));
    }
  }

  /**
   * Applies an event.
   *
   * @param entry what the ledger holds of the partition, or null
   */
  public static Applied apply(LedgerEntry entry, LedgerEvent event) {
    Optional<String> invalid = invalid(event);
    if (invalid.isPresent()) {
      return new Applied(
          entry, Optional.of(new Finding(Kind.INVALID, event.partition(), invalid.get())));
    }
    return switch (event) {
      case Planned p -> entry == null ? Applied.to(planned(p.descriptor())) : replanned(entry, p);
      case Reported r ->
          reported(entry == null ? planned(r.checkpoint().getDescriptor()) : entry, r);
    };
  }

  private static Optional<String> invalid(LedgerEvent event) {
    if (event instanceof Reported r) {
      if (r.checkpoint().getState() == PartitionState.UNKNOWN) {
        return Optional.of("reported a state that this version does not know");
      }
      // A fence is the offset of a claim that lies before the report.
      if (!r.checkpoint().getClaim() && (r.fence() < 0 || r.fence() >= r.offset())) {
        return Optional.of("reported at offset " + r.offset() + " under the fence " + r.fence());
      }
    }
    Descriptor d =
        switch (event) {
          case Planned p -> p.descriptor();
          case Reported r -> r.checkpoint().getDescriptor();
        };
    try {
      Coverage.of(Slice.of(d.getSlice()));
      return Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.of("a slice that cannot be: " + e.getMessage());
    }
  }

  /**
   * The descriptor with which a partition that failed is tried again, from where it stands.
   *
   * @param now milliseconds since the epoch
   * @return empty if it did not fail: what was cancelled stays so
   */
  public static Optional<Descriptor> nextRound(LedgerEntry entry, long now) {
    Descriptor d = entry.getDescriptor();
    return entry.getState() == PartitionState.FAILED
        ? Optional.of(Descriptor.newBuilder(d).setRound(d.getRound() + 1).setPlannedAt(now).build())
        : Optional.empty();
  }

  private static LedgerEntry planned(Descriptor d) {
    return LedgerEntry.newBuilder()
        .setDescriptor(d)
        .setState(PartitionState.PENDING)
        .setFence(-1)
        .setRows(0)
        .setBytes(0)
        .setDigest(new Digest("", 0L, 0L))
        .setChunks(0)
        .setWorker("")
        .setAttempt(0)
        .setClaims(0)
        .setUpdatedAt(d.getPlannedAt())
        .build();
  }

  private static Applied replanned(LedgerEntry entry, Planned event) {
    Descriptor had = entry.getDescriptor();
    Descriptor got = event.descriptor();
    if (got.getRound() == had.getRound()) {
      // An entry that a checkpoint made, or a split shrank, is younger than its descriptor.
      boolean younger = entry.getFence() >= 0;
      return younger || had.getSlice().equals(got.getSlice())
          ? Applied.to(entry)
          : Applied.refused(entry, Kind.REPLANNED, "published again with other boundaries");
    }
    if (got.getRound() < had.getRound()) {
      return Applied.to(entry);
    }
    if (!Lifecycle.retryable(entry.getState())) {
      return Applied.refused(
          entry,
          Kind.ILLEGAL_ROUND,
          "round " + got.getRound() + " was published while it was " + entry.getState());
    }
    return Applied.to(
        LedgerEntry.newBuilder(entry)
            .setDescriptor(got)
            .setState(PartitionState.PENDING)
            .setAttempt(0)
            .setClaims(0)
            .setError(null)
            .setStartedAt(null)
            .setEndedAt(null)
            .setUpdatedAt(got.getPlannedAt())
            .build());
  }

  private static Applied reported(LedgerEntry entry, Reported event) {
    Checkpoint c = event.checkpoint();
    long fence = event.fence();
    int round = c.getDescriptor().getRound();
    if (round < entry.getDescriptor().getRound()) {
      // Only what failed or was cancelled is given a new round: to hear so again is no news.
      return Lifecycle.retryable(c.getState())
          ? Applied.to(entry)
          : Applied.refused(
              entry, Kind.STALE_ROUND, c.getWorker() + " reported round " + round + ", now over");
    }
    if (fence < entry.getFence()) {
      return Applied.refused(
          entry,
          Kind.STALE_FENCE,
          c.getWorker() + " reported under fence " + fence + ", now " + entry.getFence());
    }
    boolean sameRound = round == entry.getDescriptor().getRound();
    if (sameRound && !Lifecycle.legal(entry.getState(), c.getState())) {
      return isRepeated(entry, c, fence)
          ? Applied.to(entry)
          : Applied.refused(
              entry,
              Kind.TERMINAL_CHANGED,
              c.getWorker() + " reported " + c.getState() + " after " + entry.getState());
    }
    if (c.getRows() < entry.getRows() || c.getChunks() < entry.getChunks()) {
      return Applied.refused(
          entry,
          Kind.WENT_BACK,
          c.getWorker() + " reported " + c.getRows() + " rows after " + entry.getRows());
    }
    return Applied.to(updated(entry, c, fence, sameRound));
  }

  /**
   * Whether a worker says again what it said before, not knowing that it arrived. An end that was
   * its own claim (cancelled before anybody claimed it) has a new fence each time.
   */
  private static boolean isRepeated(LedgerEntry entry, Checkpoint c, long fence) {
    return c.getState() == entry.getState()
        && (fence == entry.getFence() || c.getClaim())
        && c.getRows() == entry.getRows()
        && c.getDeadLetters() == entry.getDeadLetters()
        && c.getDigest().equals(entry.getDigest());
  }

  private static LedgerEntry updated(
      LedgerEntry entry, Checkpoint c, long fence, boolean sameRound) {
    return LedgerEntry.newBuilder()
        .setDescriptor(c.getDescriptor())
        .setState(c.getState())
        .setFence(fence)
        .setCursor(c.getCursor())
        .setRows(c.getRows())
        .setBytes(c.getBytes())
        .setDigest(c.getDigest())
        .setChunks(c.getChunks())
        .setColumns(c.getColumns())
        .setFiles(c.getFiles())
        .setWorker(c.getWorker())
        .setAttempt(c.getAttempt())
        .setClaims((sameRound ? entry.getClaims() : 0) + (c.getClaim() ? 1 : 0))
        .setError(c.getError())
        .setStartedAt(c.getStartedAt())
        .setUpdatedAt(c.getAt())
        .setDeadLetters(c.getDeadLetters())
        .setEndedAt(Lifecycle.terminal(c.getState()) ? c.getAt() : null)
        .build();
  }
}
