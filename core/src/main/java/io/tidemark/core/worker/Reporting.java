package io.tidemark.core.worker;

import io.tidemark.core.worker.Run.Phase;
import io.tidemark.core.worker.WorkerEffect.Append;
import io.tidemark.core.worker.WorkerEffect.Commit;
import io.tidemark.core.worker.WorkerEffect.Letter;
import io.tidemark.schemas.avro.DeadLetter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What the log hears of a worker's partitions: builds each transaction and knows which one is in
 * flight. At most one is.
 *
 * <p>A queue's offset rises only with, or after, the terminal report of every descriptor before it
 * (I7); and every queue that a report belongs to is among the offsets, because it is their commit
 * that the group refuses to a worker of an old generation (I3).
 */
final class Reporting {

  /** Records in one transaction at most: beyond, its latency grows faster than its worth. */
  static final int MAX_BATCH = 2_000;

  /** Pause after a commit that failed: what refused it seldom mends within a tick. */
  private static final long PAUSE_MS = 100;

  /** One report of a batch, with the version of the run that it tells, and the row set aside. */
  private record Reported(Run run, boolean claim, long version, DeadLetter letter) {
    static Reported of(Run run, boolean claim) {
      return new Reported(run, claim, run.version(), run.letter);
    }
  }

  private record Batch(List<Reported> items, Map<Integer, Long> offsets) {}

  private final WorkerSettings settings;
  private Batch inFlight;
  private long lastCommitMs;
  private long notBeforeMs;

  Reporting(WorkerSettings settings) {
    this.settings = settings;
  }

  boolean inFlight() {
    return inFlight != null;
  }

  /** Whether a transaction may begin now; the last word on a queue that goes need not ask. */
  boolean ready(long now) {
    return inFlight == null && now >= notBeforeMs;
  }

  /** Whether progress has stayed unreported for as long as it may. */
  boolean intervalOver(long now) {
    return now - lastCommitMs >= settings.checkpointIntervalMs();
  }

  /**
   * Everything there is to report, in one transaction; empty if there is nothing.
   *
   * @param claims the runs to claim, in the phase Claiming
   */
  Optional<Commit> commit(
      Collection<QueueState> queues, Collection<Run> claims, long now, long wallMs) {
    lastCommitMs = now;
    List<Reported> items = new ArrayList<>();
    claims.forEach(run -> items.add(Reported.of(run, true)));
    Set<Run> inBatch = new LinkedHashSet<>(claims);
    for (QueueState q : queues) {
      for (Run run : q.dirty()) {
        if (items.size() < MAX_BATCH && inBatch.add(run)) {
          // Without a claim that counts (cancelled before anybody claimed it, or fenced since), its
          // word is its claim, too: the ledger would refuse it under an old fence.
          items.add(Reported.of(run, run.fence == Run.UNCLAIMED));
        }
      }
    }
    Map<Integer, Long> offsets = offsets(queues, inBatch);
    if (offsets.isEmpty()) {
      return Optional.empty();
    }
    inFlight = new Batch(items, offsets);
    return Optional.of(new Commit(records(items, wallMs), letters(items), offsets));
  }

  private static Map<Integer, Long> offsets(Collection<QueueState> queues, Set<Run> inBatch) {
    Set<Integer> touched = new HashSet<>();
    inBatch.forEach(run -> touched.add(run.queue));
    Map<Integer, Long> offsets = new TreeMap<>();
    for (QueueState q : queues) {
      long watermark = q.watermark(inBatch);
      if (touched.contains(q.number) || watermark > q.committed()) {
        offsets.put(q.number, watermark);
      }
    }
    return offsets;
  }

  private List<Append> records(List<Reported> items, long wallMs) {
    List<Append> records = new ArrayList<>(items.size());
    for (Reported item : items) {
      Run run = item.run();
      records.add(new Append(run.queue, run.checkpoint(settings.workerId(), item.claim(), wallMs)));
    }
    return records;
  }

  private static List<Letter> letters(List<Reported> items) {
    return items.stream()
        .filter(item -> item.letter() != null)
        .map(item -> new Letter(item.run().queue, item.letter()))
        .toList();
  }

  /**
   * The transaction in flight is in the log.
   *
   * @param owned the queues that are still owned, by number
   * @param at the offset of each of its records
   * @param wallMs milliseconds since the epoch
   * @param out takes what waited for it
   * @return the runs whose claim it carried, as far as they are still held
   */
  List<Run> committed(
      Map<Integer, QueueState> owned, List<Long> at, long wallMs, List<WorkerEffect> out) {
    Batch batch = landed();
    List<Run> claimed = new ArrayList<>();
    for (int i = 0; i < batch.items().size(); i++) {
      Reported item = batch.items().get(i);
      Run run = item.run();
      QueueState q = owned.get(run.queue);
      if (q == null || !q.holds(run)) {
        continue;
      }
      if (item.claim()) {
        run.fence = at.get(i);
        run.startedAt = run.startedAt == 0 ? wallMs : run.startedAt;
      }
      q.reported(run, item.version());
      if (item.letter() != null
          && item.letter().equals(run.letter)
          && run.phase() instanceof Phase.Running r) {
        run.letter = null;
        out.add(new WorkerEffect.Pass(r.task()));
      }
      if (run.phase() instanceof Phase.Claiming) {
        claimed.add(run);
      }
    }
    batch.offsets().forEach((n, offset) -> committed(owned.get(n), offset));
    return claimed;
  }

  private static void committed(QueueState q, long offset) {
    if (q != null) {
      q.committed(offset);
    }
  }

  /**
   * The transaction in flight did not happen, as far as anybody knows. A claim in it may be in the
   * log nevertheless, so what its run held before counts no more: its next word is a claim, too.
   *
   * @return the runs that it should have claimed, as far as they are still held
   */
  List<Run> failed(Map<Integer, QueueState> owned, long now) {
    notBeforeMs = now + PAUSE_MS;
    List<Run> unclaimed = new ArrayList<>();
    for (Reported item : landed().items()) {
      QueueState q = owned.get(item.run().queue);
      if (q == null || !q.holds(item.run())) {
        continue;
      }
      if (item.claim()) {
        item.run().fence = Run.UNCLAIMED;
      }
      if (item.run().phase() instanceof Phase.Claiming) {
        unclaimed.add(item.run());
      }
    }
    return unclaimed;
  }

  private Batch landed() {
    if (inFlight == null) {
      throw new IllegalStateException("an answer to a commit that nobody asked for");
    }
    Batch batch = inFlight;
    inFlight = null;
    return batch;
  }
}
