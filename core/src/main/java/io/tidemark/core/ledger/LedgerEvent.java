package io.tidemark.core.ledger;

import io.tidemark.schemas.avro.Checkpoint;
import io.tidemark.schemas.avro.Descriptor;

/** What the ledger hears of a partition. */
public sealed interface LedgerEvent {

  /** A descriptor was published on the work topic. */
  record Planned(Descriptor descriptor) implements LedgerEvent {}

  /**
   * Its owner reported.
   *
   * @param checkpoint the report
   * @param offset the record's own offset: the fence, if the record is a claim
   */
  record Reported(Checkpoint checkpoint, long offset) implements LedgerEvent {

    /** The fence under which this was reported. */
    public long fence() {
      return checkpoint.getClaim() ? offset : checkpoint.getFence();
    }
  }

  /** Partition id that the event is about. */
  default String partition() {
    return switch (this) {
      case Planned p -> p.descriptor().getPartitionId();
      case Reported r -> r.checkpoint().getDescriptor().getPartitionId();
    };
  }
}
