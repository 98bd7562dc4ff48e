package io.tidemark.core.worker;

import io.tidemark.core.lifecycle.RecordBounds;
import io.tidemark.schemas.avro.DeadLetter;
import io.tidemark.schemas.avro.Failure;
import io.tidemark.schemas.avro.FailureKind;
import java.nio.ByteBuffer;

/** Failures that a worker finds by itself, in words for users. */
final class Refusals {

  private Refusals() {}

  /** The sink has less than was reported. */
  static Failure wentBack(Point had, Point got, long wallMs) {
    return new Failure(
        FailureKind.FATAL,
        "SINK_WENT_BACK",
        "the sink holds %d rows of this partition, the log says %d: the sink was restored or changed by hand; check it, then retry the partition"
            .formatted(got.totals().rows(), had.totals().rows()),
        wallMs);
  }

  /** A point that no checkpoint can tell. */
  static Failure tooLong(Point at, long wallMs) {
    return new Failure(
        FailureKind.FATAL,
        "TOO_LONG",
        "its cursor and files (%d of them) are longer than %d KiB, which Kafka would refuse; cut by a shorter key, or into smaller partitions"
            .formatted(at.files().size(), RecordBounds.PART >> 10),
        wallMs);
  }

  /** A row that is set aside, as a lane told it, short enough for the log. */
  static DeadLetter letter(DeadLetter told, int attempt) {
    DeadLetter.Builder letter =
        DeadLetter.newBuilder(told).setAttempt(attempt).setError(told(told.getError()));
    int row = told.getRow().remaining();
    if (row > RecordBounds.PART || told.getRowSchema().length() > RecordBounds.PART) {
      letter
          .setRow(ByteBuffer.allocate(0))
          .setRowSchema("\"null\"")
          .setError(
              Failure.newBuilder(letter.getError())
                  .setMessage(
                      "a row of %d bytes, too long for a dead letter, stands behind the cursor: %s"
                          .formatted(row, letter.getError().getMessage()))
                  .build());
    }
    return letter.build();
  }

  /** As a lane told it, short enough for the log. */
  static Failure told(Failure failure) {
    return Failure.newBuilder(failure)
        .setMessage(RecordBounds.shortened(failure.getMessage()))
        .build();
  }
}
