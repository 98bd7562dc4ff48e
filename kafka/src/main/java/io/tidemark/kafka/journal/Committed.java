package io.tidemark.kafka.journal;

import java.util.List;

/**
 * A transaction that is committed for good.
 *
 * @param offsets the offset of each record, in the order of the records given; that of a claim is
 *     its fence
 */
public record Committed(List<Long> offsets) {

  public Committed {
    offsets = List.copyOf(offsets);
  }
}
