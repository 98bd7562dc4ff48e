package io.tidemark.core.plan;

import io.tidemark.core.lifecycle.RecordBounds;

/** A slice whose boundaries are too long for the log. */
public final class SliceTooLongException extends IllegalArgumentException {

  private static final long serialVersionUID = 1L;

  SliceTooLongException(String partition) {
    super(
        "the boundaries of partition %s are longer than %d KiB, which Kafka would refuse; cut by a shorter key (partition.key.columns), or list fewer values"
            .formatted(partition, RecordBounds.PART >> 10));
  }
}
