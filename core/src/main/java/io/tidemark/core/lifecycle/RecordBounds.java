package io.tidemark.core.lifecycle;

import io.tidemark.schemas.avro.CommittedFile;
import io.tidemark.schemas.avro.FileSlice;
import io.tidemark.schemas.avro.KeyRange;
import io.tidemark.schemas.avro.OffsetRange;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;

/**
 * How much of each part a record of the log may hold. Kafka takes records of 1 MiB by default, and
 * one that it refuses would end the worker that reports it, and then the next; so each part is held
 * to its share where it comes from, and the whole fits whatever comes together.
 */
public final class RecordBounds {

  /** Bytes of a slice's boundaries and filter, or of a cursor with its files. */
  public static final int PART = 384 << 10;

  /** Characters of a text for people, such as an error. */
  public static final int TEXT = 4_000;

  /** What {@link CommittedFile} takes beside its path, at most, bytes. */
  private static final int FILE = 32;

  private RecordBounds() {}

  /** Whether a slice's boundaries and filter fit. */
  public static boolean fits(Slice slice) {
    return switch (slice.avro()) {
      case KeyRange k ->
          bytes(k.getColumns())
                  + bytes(k.getLower())
                  + bytes(k.getUpper())
                  + RowFilter.of(k).map(f -> bytes(f.texts())).orElse(0L)
              <= PART;
      case FileSlice f -> bytes(f.getPath()) <= PART;
      case OffsetRange o -> bytes(o.getStream()) <= PART;
      default -> throw new IllegalArgumentException("unknown kind of slice: " + slice);
    };
  }

  /** Whether a cursor and the files committed before it fit. */
  public static boolean fits(Cursor cursor, List<CommittedFile> files) {
    long sum = bytes(cursor.parts());
    for (CommittedFile file : files) {
      sum += bytes(file.getPath()) + FILE;
    }
    return sum <= PART;
  }

  /** The text, or its beginning and a sign that there was more. */
  public static String shortened(String text) {
    return text.length() <= TEXT ? text : text.substring(0, TEXT - 1) + "…";
  }

  private static long bytes(Collection<String> texts) {
    return texts == null ? 0 : texts.stream().mapToLong(RecordBounds::bytes).sum();
  }

  private static long bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
