package io.tidemark.core.worker;

import io.tidemark.core.lifecycle.RecordBounds;
import io.tidemark.schemas.avro.DeadLetter;
import io.tidemark.schemas.avro.Failure;
import io.tidemark.schemas.avro.FailureKind;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Failures that a worker finds by itself, in words for users. */
final class Refusals {

  private Refusals() {}

  /** The sink has less than was reported. */
  static Failure wentBack(Point had, Point got, long wallMs) {
    return new Failure(
        FailureKind.FATAL,
        "SINK_WENT_BACK",
        "the sink holds %d rows of this partition, the log says %d: the sink was restored or changed by hand; check it; what it lacks now can be copied by a backfill of another name"
            .formatted(got.totals().rows(), had.totals().rows()),
        wallMs);
  }

  /** Worker after worker ended when it had begun with the partition. */
  static Failure deaths(int deaths, long wallMs) {
    return new Failure(
        FailureKind.FATAL,
        "WORKERS_DIED",
        "%d workers in a row claimed it and were not heard of again, the last ones with nothing else to do: look at how they ended (out of memory? then smaller chunks, or a bigger heap)"
            .formatted(deaths),
        wallMs);
  }

  /** A row that may not be set aside. */
  static Failure beyondBudget(DeadLetter told) {
    return told(
        Failure.newBuilder(told.getError())
            .setMessage(
                "%s; deadLetters allows no more rows to be set aside, and this one stands behind the cursor %s"
                    .formatted(told.getError().getMessage(), told.getCursor()))
            .build());
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
    if (row + bytes(told.getRowSchema()) > RecordBounds.PART) {
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

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  /** As a lane told it, short enough for the log. */
  static Failure told(Failure failure) {
    return Failure.newBuilder(failure)
        .setMessage(RecordBounds.shortened(failure.getMessage()))
        .build();
  }
}
