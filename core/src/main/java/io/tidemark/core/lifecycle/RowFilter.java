package io.tidemark.core.lifecycle;

import io.tidemark.schemas.avro.HashFilter;
import io.tidemark.schemas.avro.KeyRange;
import io.tidemark.schemas.avro.ListFilter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Which rows of a key range belong to it. One variant for each record of its union. */
public sealed interface RowFilter {

  /** Rows with one of some values in a column, or all others. */
  record Listed(ListFilter filter) implements RowFilter {
    @Override
    public Object avro() {
      return filter;
    }

    @Override
    public List<String> texts() {
      List<String> texts = new ArrayList<>();
      texts.add(
          (filter.getOthers() ? "all but" : "list") + (filter.getNulls() ? " with NULL" : ""));
      texts.add(filter.getColumn());
      texts.addAll(filter.getValues());
      return texts;
    }
  }

  /** Rows of one hash bucket. */
  record Hashed(HashFilter filter) implements RowFilter {
    @Override
    public Object avro() {
      return filter;
    }

    @Override
    public List<String> texts() {
      List<String> texts = new ArrayList<>();
      texts.add("hash " + filter.getBucket() + "/" + filter.getBuckets());
      texts.addAll(filter.getColumns());
      return texts;
    }
  }

  /** The record that stands in {@code KeyRange.filter}. */
  Object avro();

  /** What tells it from every other filter, as texts in a fixed order. */
  List<String> texts();

  /**
   * The filter of a range; empty: all of its rows belong to it.
   *
   * @throws IllegalArgumentException if it is of a kind this version does not know, or is a bucket
   *     that cannot be
   */
  static Optional<RowFilter> of(KeyRange range) {
    return switch (range.getFilter()) {
      case null -> Optional.empty();
      case ListFilter l -> Optional.of(new Listed(l));
      case HashFilter h -> {
        if (h.getBucket() < 0 || h.getBucket() >= h.getBuckets() || h.getColumns().isEmpty()) {
          throw new IllegalArgumentException(
              "bucket %d of %d over the columns %s"
                  .formatted(h.getBucket(), h.getBuckets(), h.getColumns()));
        }
        yield Optional.of(new Hashed(h));
      }
      default ->
          throw new IllegalArgumentException(
              "unknown kind of filter: " + range.getFilter().getClass().getName());
    };
  }
}
