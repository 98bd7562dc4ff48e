package io.tidemark.core.worker;

import io.tidemark.schemas.avro.Descriptor;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Descriptors of one queue that were left in the log, because enough of their backfill waits in
 * memory and may not run: of each backfill a stretch of offsets, in which none of its descriptors
 * was taken. They are read again once it may.
 */
final class Unread {

  private record Stretch(long first, long last) {}

  private final Map<String, Stretch> stretches = new HashMap<>();

  /** Whether a descriptor was left. */
  boolean holds(long offset, Descriptor d) {
    Stretch s = stretches.get(d.getBackfillId());
    return s != null && s.first() <= offset && offset <= s.last();
  }

  /** Leaves a descriptor, and with it all of its backfill that follow. */
  void leave(long offset, Descriptor d) {
    stretches.merge(
        d.getBackfillId(),
        new Stretch(offset, offset),
        (had, one) -> new Stretch(had.first(), Math.max(had.last(), offset)));
  }

  /** A descriptor that was left is taken after all; those before it were as well. */
  void take(long offset, Descriptor d) {
    stretches.computeIfPresent(
        d.getBackfillId(), (id, s) -> offset < s.last() ? new Stretch(offset + 1, s.last()) : null);
  }

  /** Whether descriptors of a backfill were left. */
  boolean of(String backfill) {
    return stretches.containsKey(backfill);
  }

  /** Forgets all: reading begins anew. */
  void clear() {
    stretches.clear();
  }

  /** Where to read again for a backfill. */
  Optional<Long> from(String backfill) {
    return Optional.ofNullable(stretches.get(backfill)).map(Stretch::first);
  }

  /** The first descriptor that was left, of any backfill. */
  Optional<Long> first() {
    return stretches.values().stream().map(Stretch::first).min(Long::compare);
  }
}
