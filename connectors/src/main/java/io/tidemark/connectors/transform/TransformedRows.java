package io.tidemark.connectors.transform;

import io.tidemark.connectors.api.RecordRows;
import io.tidemark.connectors.api.Rows;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.FailureKind;
import java.time.DateTimeException;
import java.util.List;
import java.util.Optional;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;

/** Transforms rows on their way to a taker. One record is used over again. */
final class TransformedRows implements RecordRows {

  /** The code of failures. */
  static final String CODE = "CAST";

  private static final int MOST_SHOWN = 100;

  private final Transform transform;
  private final Rows next;
  private final GenericData.Record made;

  TransformedRows(Transform transform, Rows next) {
    this.transform = transform;
    this.next = next;
    this.made = new GenericData.Record(transform.shape().schema());
  }

  @Override
  public void record(GenericRecord row) throws TaskException {
    List<Optional<Transform.Change>> changes = transform.changes();
    for (int i = 0; i < changes.size(); i++) {
      Object value = row.get(i);
      if (value != null && changes.get(i).isPresent()) {
        try {
          value = changes.get(i).get().cast().apply(value);
        } catch (IllegalArgumentException | DateTimeException | ArithmeticException e) {
          next.refused(row, poison(changes.get(i).get(), value, e));
          return;
        }
      }
      made.put(i, value);
    }
    next.record(made);
  }

  private static TaskException poison(Transform.Change change, Object value, RuntimeException e) {
    return new TaskException(
        FailureKind.POISON,
        CODE,
        "transform.cast: column '%s' holds '%s', which is no %s: %s"
            .formatted(
                change.column(),
                shown(change.printer().print(value)),
                change.type(),
                shown(String.valueOf(e.getMessage()))),
        e);
  }

  private static String shown(String text) {
    return text.length() > MOST_SHOWN ? text.substring(0, MOST_SHOWN) + "…" : text;
  }

  @Override
  public void refused(GenericRecord row, TaskException why) throws TaskException {
    next.refused(row, why);
  }
}
