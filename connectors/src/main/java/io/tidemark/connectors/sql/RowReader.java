package io.tidemark.connectors.sql;

import io.tidemark.connectors.api.Rows;
import io.tidemark.core.retry.TaskException;
import java.nio.ByteBuffer;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;

/** Turns rows of a result into records, one after the other. */
final class RowReader {

  private final ReadTable table;
  private final SqlErrors errors;
  private final List<SqlColumn> all;
  private final Values.Reader[] readers;
  private final int[] keyAt;
  private final Object[] values;
  private final GenericRecord record;
  private final Schema raw;

  RowReader(ReadTable table, SqlErrors errors) {
    this.table = table;
    this.errors = errors;
    List<SqlColumn> key = table.read().key();
    // A key that rows do not show stands behind their columns.
    this.all =
        Stream.concat(
                table.selected().stream(), key.stream().filter(k -> !table.selected().contains(k)))
            .toList();
    this.readers = new Values.Reader[all.size()];
    for (int i = 0; i < readers.length; i++) {
      readers[i] = errors.dialect().reader(all.get(i));
    }
    this.keyAt = key.stream().mapToInt(all::indexOf).toArray();
    this.values = new Object[all.size()];
    this.record = new GenericData.Record(table.shape().schema());
    this.raw = raw(table.shape().schema());
  }

  private static Schema raw(Schema schema) {
    Schema text =
        Schema.createUnion(Schema.create(Schema.Type.NULL), Schema.create(Schema.Type.STRING));
    return Schema.createRecord(
        schema.getName(),
        null,
        "tidemark.raw",
        false,
        schema.getFields().stream().map(f -> new Schema.Field(f.name(), text)).toList());
  }

  /** The select list. */
  String select() {
    return all.stream().map(table.read()::selected).collect(Collectors.joining(", "));
  }

  /**
   * Hands on a row, or refuses it for a column that holds what its type on the way cannot.
   *
   * @return about how many bytes it has
   */
  long give(ResultSet row, Rows out) throws SQLException, TaskException {
    long bytes = 0;
    TaskException refused = null;
    for (int i = 0; i < readers.length; i++) {
      try {
        values[i] = readers[i].read(row, i + 1);
        bytes += size(values[i]);
      } catch (UnreadableException e) {
        values[i] = null;
        refused = refused(all.get(i), e);
      }
    }
    if (refused != null) {
      out.refused(raw(row), refused);
      return bytes;
    }
    for (int i = 0; i < table.selected().size(); i++) {
      record.put(i, values[i]);
    }
    out.record(record);
    return bytes;
  }

  private TaskException refused(SqlColumn column, UnreadableException e) {
    String message = "column '" + column.name() + "' " + e.getMessage();
    return errors.poison(
        message
            + "; mend it there, leave such rows out with source.jdbc.where, or read a view that"
            + " turns it into NULL",
        e);
  }

  private GenericRecord raw(ResultSet row) throws SQLException {
    GenericRecord texts = new GenericData.Record(raw);
    for (int i = 0; i < table.selected().size(); i++) {
      texts.put(i, row.getString(i + 1));
    }
    return texts;
  }

  /**
   * The key of the row that was last given.
   *
   * @throws TaskException FATAL if it was refused for its key
   */
  List<String> lastKey() throws TaskException {
    List<Object> key = new ArrayList<>();
    for (int at : keyAt) {
      if (values[at] == null) {
        throw errors.fatal(
            "its key '"
                + all.get(at).name()
                + "' holds a value that cannot be read; cut it by other columns");
      }
      key.add(values[at]);
    }
    return table.read().texts(key);
  }

  private static int size(Object value) {
    return switch (value) {
      case null -> 1;
      case String s -> s.length() + 1;
      case ByteBuffer b -> b.remaining() + 1;
      default -> 8;
    };
  }
}
