package io.tidemark.core.plan;

import io.tidemark.core.lifecycle.RowFilter;
import io.tidemark.core.lifecycle.Slice;
import io.tidemark.schemas.avro.HashFilter;
import io.tidemark.schemas.avro.KeyRange;
import io.tidemark.schemas.avro.ListFilter;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Holds the slices of a plan, in their order, to what covers a source once. Each begins where the
 * one before it ended; a new file, another stream and the rows without a key, which come once,
 * begin anew. Key ranges begin open below; with filters they tile the keys once for each filter,
 * all up to the same key; hash buckets come all, in order; the values of a list come once, and the
 * slice of the others leaves out just these.
 */
final class Tiling {

  private Slice last;
  private boolean keyed;
  private RowFilter filter;
  private List<String> upper;
  private boolean filterEnded;
  private List<String> end;
  private final Set<String> values = new HashSet<>();
  private boolean nulls;
  private boolean nullKeys;

  /** The slice that was taken last; null: there is none yet. */
  Slice last() {
    return last;
  }

  /** Takes the next slice; false: it does not fit those before it. */
  boolean takes(Slice next) {
    boolean fits =
        switch (next) {
          case Slice.Keys a when a.range().getNullKeys() -> !nullKeys;
          case Slice.Keys a -> keys(a.range());
          case Slice.FilePart a when last instanceof Slice.FilePart b ->
              !a.part().getPath().equals(b.part().getPath())
                  || b.part().getTo() == a.part().getFrom();
          case Slice.Offsets a when last instanceof Slice.Offsets b ->
              !a.range().getStream().equals(b.range().getStream())
                  || b.range().getTo() == a.range().getFrom();
          default -> true;
        };
    nullKeys |= next instanceof Slice.Keys a && a.range().getNullKeys();
    last = next;
    return fits;
  }

  private boolean keys(KeyRange range) {
    RowFilter now = RowFilter.of(range).orElse(null);
    boolean fits;
    if (!keyed) {
      fits = range.getLower() == null && begins(now);
    } else if (Objects.equals(now, filter)) {
      fits = upper != null && upper.equals(range.getLower());
    } else {
      fits = filter != null && now != null && range.getLower() == null && ends() && begins(now);
      end = upper;
      filterEnded = true;
    }
    keyed = true;
    filter = now;
    upper = range.getUpper();
    return fits;
  }

  private boolean ends() {
    return !filterEnded || Objects.equals(upper, end);
  }

  private boolean begins(RowFilter now) {
    return switch (now) {
      case null -> true;
      case RowFilter.Hashed h -> buckets(h.filter());
      case RowFilter.Listed l -> listed(l.filter());
    };
  }

  private boolean buckets(HashFilter now) {
    return switch (filter) {
      case null -> now.getBucket() == 0;
      case RowFilter.Hashed h ->
          now.getBucket() == h.filter().getBucket() + 1
              && now.getBuckets() == h.filter().getBuckets()
              && now.getColumns().equals(h.filter().getColumns());
      case RowFilter.Listed l -> false;
    };
  }

  private boolean listed(ListFilter now) {
    boolean fits =
        switch (filter) {
          case null -> true;
          case RowFilter.Listed l ->
              !l.filter().getOthers() && l.filter().getColumn().equals(now.getColumn());
          case RowFilter.Hashed h -> false;
        };
    if (now.getOthers()) {
      return fits && nulls == now.getNulls() && values.equals(Set.copyOf(now.getValues()));
    }
    for (String value : now.getValues()) {
      fits &= values.add(value);
    }
    fits &= !(nulls && now.getNulls());
    nulls |= now.getNulls();
    return fits;
  }

  /** What a plan that ends here leaves out; empty: nothing. */
  Optional<String> missing() {
    if (filter != null && !ends()) {
      return Optional.of("rows behind " + upper + " of " + filter.texts());
    }
    return filter instanceof RowFilter.Hashed h
            && h.filter().getBucket() + 1 < h.filter().getBuckets()
        ? Optional.of(
            "the buckets behind %d of %d"
                .formatted(h.filter().getBucket(), h.filter().getBuckets()))
        : Optional.empty();
  }
}
