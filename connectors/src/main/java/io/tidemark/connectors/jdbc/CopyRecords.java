package io.tidemark.connectors.jdbc;

import io.tidemark.connectors.api.SourceShape;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.FailureKind;
import java.time.DateTimeException;
import java.util.List;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;

/**
 * Records as rows of COPY: in binary if each column's type holds its values as they are, else in
 * text, as one COPY has one format.
 */
final class CopyRecords {

  private final PostgresErrors errors;
  private final List<String> columns;
  private final PostgresBinary.Encoder[] binary;
  private final AvroPostgres.Encoder[] texts;
  private final CopyBinary tuples = new CopyBinary();
  private final CopyText text;

  /**
   * @param target has the source's columns
   */
  CopyRecords(Target target, SourceShape source, CopyText text, PostgresErrors errors)
      throws TaskException {
    this.errors = errors;
    this.text = text;
    this.columns = target.columns();
    Optional<List<PostgresTable.Column>> types = Target.inOrder(target.table(), source);
    Optional<PostgresBinary.Encoder[]> every =
        types.isEmpty() ? Optional.empty() : PostgresBinary.encoders(types.get(), source.schema());
    this.binary = every.orElse(null);
    List<Schema.Field> fields = source.schema().getFields();
    this.texts = new AvroPostgres.Encoder[binary == null ? columns.size() : 0];
    for (int i = 0; i < texts.length; i++) {
      texts[i] = AvroPostgres.encoder(columns.get(i), fields.get(i).schema());
    }
  }

  boolean isBinary() {
    return binary != null;
  }

  /** Tuples that wait to be sent; those in text wait in the text that the constructor was given. */
  CopyBinary tuples() {
    return tuples;
  }

  void add(GenericRecord row) throws TaskException {
    if (binary != null) {
      tuples.tuple(binary.length);
    }
    for (int i = 0; i < columns.size(); i++) {
      Object value = row.get(i);
      try {
        add(i, value);
      } catch (ArithmeticException | DateTimeException | IllegalArgumentException e) {
        throw new TaskException(
            FailureKind.POISON,
            "22008",
            errors.where()
                + ": column "
                + columns.get(i)
                + " holds "
                + value
                + ": "
                + e.getMessage(),
            e);
      }
    }
    if (binary == null) {
      text.endRow();
    }
  }

  private void add(int i, Object value) throws TaskException {
    if (binary == null) {
      if (value == null) {
        text.nullField();
      } else {
        text.field(texts[i].text(value), columns.get(i));
      }
    } else if (value == null) {
      tuples.nullField();
    } else {
      binary[i].append(value, tuples);
    }
  }
}
