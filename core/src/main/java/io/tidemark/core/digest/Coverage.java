package io.tidemark.core.digest;

import io.tidemark.core.lifecycle.RowFilter;
import io.tidemark.core.lifecycle.Slice;
import io.tidemark.schemas.avro.FileSlice;
import io.tidemark.schemas.avro.KeyRange;
import io.tidemark.schemas.avro.OffsetRange;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Proves that a set of slices covers a plan with no gap and no overlap, in constant space.
 *
 * <p>Each slice contributes {@code h(end) - h(start)} modulo 2^64, where {@code h} hashes a
 * boundary within its track (the table's key order, that of one filter, one file, one stream).
 * Slices that tile a track telescope to {@code h(track's end) - h(track's start)}, whatever their
 * number and however they were split. Conversely, since every slice runs forward, a multiset of
 * slices whose boundaries cancel is one path through the track: no boundary is left over (gap),
 * none is used twice (overlap) and no cycle can hide an error. Only a collision of 64-bit hashes
 * can.
 *
 * <p>The sum is commutative, so totals per queue can be added up in any order.
 */
public final class Coverage {

  private Coverage() {}

  /**
   * Contribution of one slice.
   *
   * @throws IllegalArgumentException if the slice runs backward or is empty where that can be seen
   */
  public static long of(Slice slice) {
    return switch (slice) {
      case Slice.Keys k -> ofKeys(k.range());
      case Slice.FilePart f -> ofFile(f.part());
      case Slice.Offsets o -> ofOffsets(o.range());
    };
  }

  private static long ofKeys(KeyRange range) {
    // No name is empty, so that a filter never reads as one more column.
    String columns =
        String.join("\u0000", range.getColumns())
            + RowFilter.of(range).map(f -> "\u0000\u0000" + joined(f.texts())).orElse("");
    if (range.getNullKeys()) {
      return edge("null-keys", columns, "end") - edge("null-keys", columns, "start");
    }
    return bound(columns, range.getUpper(), "above") - bound(columns, range.getLower(), "below");
  }

  private static long bound(String columns, List<String> key, String open) {
    return key == null ? edge("key-open", columns, open) : edge("key", columns, joined(key));
  }

  private static String joined(List<String> parts) {
    StringBuilder b = new StringBuilder();
    for (String part : parts) {
      b.append(part.length()).append(':').append(part);
    }
    return b.toString();
  }

  private static long ofFile(FileSlice part) {
    return span("file", part.getPath(), part.getFrom(), part.getTo());
  }

  private static long ofOffsets(OffsetRange range) {
    return span("offsets", range.getStream(), range.getFrom(), range.getTo());
  }

  private static long span(String kind, String track, long from, long to) {
    if (from >= to) {
      throw new IllegalArgumentException(track + ": [" + from + ", " + to + ") is empty");
    }
    return edge(kind, track, Long.toString(to)) - edge(kind, track, Long.toString(from));
  }

  private static long edge(String kind, String track, String at) {
    byte[] b =
        (kind + "\u0001" + track.length() + ":" + track + "\u0001" + at)
            .getBytes(StandardCharsets.UTF_8);
    return RowHash.of(b, 0, b.length);
  }
}
