package io.tidemark.cli;

import io.tidemark.schemas.avro.Checkpoint;
import io.tidemark.schemas.avro.Progress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** How a backfill ended, for people and for scripts. */
final class Summary {

  private Summary() {}

  /** The object that scripts get; its keys are a promise. */
  static Map<String, Object> json(Progress p) {
    Map<String, Object> partitions = new LinkedHashMap<>();
    partitions.put("pending", p.getPending());
    partitions.put("running", p.getRunning());
    partitions.put("retrying", p.getRetrying());
    partitions.put("completed", p.getCompleted());
    partitions.put("failed", p.getFailed());
    partitions.put("cancelled", p.getCancelled());
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("backfill", p.getBackfillId());
    out.put("state", p.getState().name());
    out.put("partitions", partitions);
    out.put("rows", p.getRows());
    out.put("bytes", p.getBytes());
    out.put("dead_letters", p.getDeadLetters());
    out.put("digest", digest(p));
    out.put("wall_s", wallMs(p) / 1000.0);
    out.put("rows_per_s", Math.round(p.getRowsPerS()));
    return out;
  }

  /** Of a backfill that is over. */
  static String text(Progress p, List<Checkpoint> failed) {
    return text(p, "", failed);
  }

  /**
   * Lines for people.
   *
   * @param sourceKey what limits of its source go by; empty: not to be told
   */
  static String text(Progress p, String sourceKey, List<Checkpoint> failed) {
    StringBuilder b = new StringBuilder();
    line(b, "backfill", p.getBackfillId());
    line(b, "state", state(p));
    line(
        b,
        "partitions",
        String.format(
            Locale.ROOT,
            "%,d: %,d completed, %,d failed, %,d cancelled, %,d running, %,d retrying, %,d pending",
            p.getPartitions(),
            p.getCompleted(),
            p.getFailed(),
            p.getCancelled(),
            p.getRunning(),
            p.getRetrying(),
            p.getPending()));
    line(b, "rows", String.format(Locale.ROOT, "%,d of ~%,d", p.getRows(), p.getRowsEstimated()));
    steered(b, p);
    if (!sourceKey.isEmpty()) {
      line(b, "source", Terminal.plain(sourceKey) + "  (its key in source.rows.per.second)");
    }
    if (p.getDeadLetters() > 0) {
      line(
          b,
          "set aside",
          String.format(
              Locale.ROOT,
              "%,d rows: `tidemark dead-letters %s` lists them",
              p.getDeadLetters(),
              p.getBackfillId()));
    }
    line(b, "bytes", String.format(Locale.ROOT, "%,d", p.getBytes()));
    line(b, "digest", digest(p) + "  (" + p.getDigest().getDomain() + ")");
    line(b, "covered", p.getCovered() ? "yes: no gap, no overlap" : "not proved yet");
    line(b, "drift", p.getDrift() == 0 ? "none" : p.getDrift() + ", last: " + p.getLastDrift());
    line(
        b,
        "wall time",
        String.format(Locale.ROOT, "%.1f s, %,.0f rows/s", wallMs(p) / 1000.0, p.getRowsPerS()));
    for (Checkpoint c : failed) {
      b.append("\nFAILED ")
          .append(c.getDescriptor().getPartitionId())
          .append(": ")
          .append(c.getError() == null ? "no cause reported" : c.getError().getMessage());
    }
    return b.toString().stripTrailing();
  }

  /** What holds it up or back, where anything does. */
  private static void steered(StringBuilder b, Progress p) {
    if (p.getPausedAt() != null) {
      line(b, "paused", "since " + Instant.ofEpochMilli(p.getPausedAt()).toString());
    }
    if (!limits(p).isEmpty()) {
      line(b, "limits", limits(p));
    }
    if (!p.getSlowedBy().isEmpty()) {
      line(b, "slowed by", Terminal.plain(p.getSlowedBy()));
    }
    if (p.getCriticalPartition() != null) {
      line(b, "done last", critical(p));
    }
  }

  static String state(Progress p) {
    return p.getState() + (p.getReason().isEmpty() ? "" : ": " + Terminal.plain(p.getReason()));
  }

  /** Such as {@code 20,000 rows/s, 3 partitions at the same time}; empty: none. */
  static String limits(Progress p) {
    List<String> limits = new ArrayList<>();
    if (p.getRowsPerSLimit() != null) {
      limits.add(String.format(Locale.ROOT, "%,.0f rows/s", p.getRowsPerSLimit()));
    }
    if (p.getLanesLimit() != null) {
      limits.add(String.format(Locale.ROOT, "%,d partitions at the same time", p.getLanesLimit()));
    }
    return String.join(", ", limits);
  }

  /** The partition that will be done last, and when. */
  static String critical(Progress p) {
    return p.getCriticalPartition()
        + (p.getCriticalMs() == null
            ? ""
            : ", in about " + ProgressBar.duration(p.getCriticalMs()));
  }

  private static void line(StringBuilder b, String name, String value) {
    b.append(String.format(Locale.ROOT, "%-11s%s%n", name, value));
  }

  static String digest(Progress p) {
    return String.format(Locale.ROOT, "%016x", p.getDigest().getSum());
  }

  private static long wallMs(Progress p) {
    return (p.getEndedAt() == null ? p.getUpdatedAt() : p.getEndedAt()) - p.getCreatedAt();
  }
}
