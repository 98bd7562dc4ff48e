package io.tidemark.core.lifecycle;

import io.tidemark.schemas.avro.FileSlice;
import io.tidemark.schemas.avro.KeyRange;
import io.tidemark.schemas.avro.OffsetRange;

/** The rows that belong to a partition. One variant for each branch of the descriptor's union. */
public sealed interface Slice {

  /**
   * Rows of a table whose key lies in (lower, upper] and that pass the filter, or with NULL keys.
   */
  record Keys(KeyRange range) implements Slice {
    @Override
    public Object avro() {
      return range;
    }
  }

  /** A part of one file: row groups, or bytes on record boundaries. */
  record FilePart(FileSlice part) implements Slice {
    @Override
    public Object avro() {
      return part;
    }
  }

  /** Offsets [from, to) of a numbered stream. */
  record Offsets(OffsetRange range) implements Slice {
    @Override
    public Object avro() {
      return range;
    }
  }

  /** The record that stands in {@code Descriptor.slice}. */
  Object avro();

  /**
   * The slice that a descriptor's union holds.
   *
   * @throws IllegalArgumentException if it is of a kind this version does not know
   */
  static Slice of(Object avro) {
    return switch (avro) {
      case KeyRange k -> new Keys(k);
      case FileSlice f -> new FilePart(f);
      case OffsetRange o -> new Offsets(o);
      case null -> throw new IllegalArgumentException("a descriptor without a slice");
      default ->
          throw new IllegalArgumentException("unknown kind of slice: " + avro.getClass().getName());
    };
  }
}
