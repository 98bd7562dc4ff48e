package io.tidemark.connectors.sql;

import io.tidemark.connectors.api.SourceShape;
import io.tidemark.connectors.sql.SinkSettings.Mode;
import io.tidemark.core.retry.TaskException;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;

/**
 * Turns records into parameters of statements that write rows.
 *
 * @param one the statement that writes one row
 * @param many the one that writes {@code atOnce} rows
 */
record RowWriter(
    String one,
    String many,
    int atOnce,
    List<SqlColumn> columns,
    List<Values.Converter> converters,
    SqlErrors errors) {

  RowWriter(SqlTable table, SourceShape source, SinkSettings settings, SqlErrors errors)
      throws TaskException {
    this(table, columns(table, source, errors), source, settings, errors);
  }

  private RowWriter(
      SqlTable table,
      List<SqlColumn> columns,
      SourceShape source,
      SinkSettings settings,
      SqlErrors errors)
      throws TaskException {
    this(
        table,
        columns,
        converters(columns, source, errors),
        settings.keyOf(source),
        settings.mode(),
        errors);
  }

  private RowWriter(
      SqlTable table,
      List<SqlColumn> columns,
      List<Values.Converter> converters,
      List<String> key,
      Mode mode,
      SqlErrors errors) {
    this(
        errors.dialect().write(table, columns, key, mode, 1),
        errors
            .dialect()
            .write(table, columns, key, mode, errors.dialect().rowsAtOnce(columns.size(), mode)),
        errors.dialect().rowsAtOnce(columns.size(), mode),
        columns,
        converters,
        errors);
  }

  private static List<SqlColumn> columns(SqlTable table, SourceShape source, SqlErrors errors)
      throws TaskException {
    List<SqlColumn> columns = new ArrayList<>();
    for (SourceShape.Column c : source.columns()) {
      Optional<SqlColumn> column = table.column(c.name());
      if (column.isEmpty()) {
        throw changed(c.name(), "is gone", errors);
      }
      columns.add(column.get());
    }
    return columns;
  }

  private static List<Values.Converter> converters(
      List<SqlColumn> columns, SourceShape source, SqlErrors errors) throws TaskException {
    List<Values.Converter> converters = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      Schema from = source.schema().getFields().get(i).schema();
      try {
        converters.add(TargetColumns.converter(from, columns.get(i), errors.dialect()));
      } catch (IllegalArgumentException e) {
        throw changed(columns.get(i).name(), e.getMessage(), errors);
      }
    }
    return converters;
  }

  private static TaskException changed(String column, String why, SqlErrors errors) {
    return errors.fatal(
        "its column '" + column + "' " + why + " (any more); plan the backfill again");
  }

  /**
   * A row as parameters, which keep nothing of the record.
   *
   * @throws TaskException POISON if a column cannot hold a value as it is
   */
  Object[] row(GenericRecord row) throws TaskException {
    Object[] values = new Object[columns.size()];
    for (int i = 0; i < values.length; i++) {
      Object value = row.get(i);
      if (value != null) {
        try {
          values[i] = converters.get(i).convert(value);
        } catch (ArithmeticException | IllegalArgumentException | DateTimeException e) {
          throw errors.poison(
              "column '"
                  + columns.get(i).name()
                  + "' ("
                  + columns.get(i).type()
                  + ") cannot hold a value as it is: "
                  + e.getMessage(),
              e);
        }
      }
    }
    return values;
  }

  /** About how many bytes a row has. */
  static long size(Object[] row) {
    long bytes = 0;
    for (Object value : row) {
      bytes +=
          switch (value) {
            case null -> 1;
            case String s -> s.length();
            case byte[] b -> b.length;
            default -> 8;
          };
    }
    return bytes;
  }

  /** Writes rows, in their order. */
  void write(Connection connection, List<Object[]> rows) throws SQLException {
    int whole = atOnce == 1 ? 0 : rows.size() / atOnce * atOnce;
    if (whole > 0) {
      try (PreparedStatement s = connection.prepareStatement(many)) {
        for (int from = 0; from < whole; from += atOnce) {
          for (int i = 0; i < atOnce; i++) {
            bind(s, i * columns.size(), rows.get(from + i));
          }
          s.executeUpdate();
        }
      }
    }
    if (whole < rows.size()) {
      batch(connection, rows.subList(whole, rows.size()));
    }
  }

  private void batch(Connection connection, List<Object[]> rows) throws SQLException {
    try (PreparedStatement s = connection.prepareStatement(one)) {
      for (Object[] row : rows) {
        bind(s, 0, row);
        s.addBatch();
      }
      s.executeBatch();
    }
  }

  private void bind(PreparedStatement s, int before, Object[] row) throws SQLException {
    for (int i = 0; i < row.length; i++) {
      bind(s, before + i + 1, row[i], columns.get(i).held().kind());
    }
  }

  private static void bind(PreparedStatement s, int i, Object value, Held.Kind kind)
      throws SQLException {
    switch (value) {
      case null -> s.setNull(i, type(kind));
      case String v -> s.setString(i, v);
      case Integer v -> s.setInt(i, v);
      case Long v -> s.setLong(i, v);
      case Boolean v -> s.setBoolean(i, v);
      case Float v -> s.setFloat(i, v);
      case Double v -> s.setDouble(i, v);
      case BigDecimal v -> s.setBigDecimal(i, v);
      case byte[] v -> s.setBytes(i, v);
      default -> s.setObject(i, value);
    }
  }

  private static int type(Held.Kind kind) {
    return switch (kind) {
      case BOOLEAN -> Types.BOOLEAN;
      case INT -> Types.INTEGER;
      case LONG -> Types.BIGINT;
      case FLOAT -> Types.REAL;
      case DOUBLE -> Types.DOUBLE;
      case DECIMAL -> Types.DECIMAL;
      case TEXT, TRIMMED_TEXT, FIXED_TEXT, NONE -> Types.VARCHAR;
      case BYTES, FIXED_BYTES -> Types.VARBINARY;
      case DATE -> Types.DATE;
      case TIME -> Types.TIME;
      case TIMESTAMP -> Types.TIMESTAMP;
      case INSTANT -> Types.TIMESTAMP_WITH_TIMEZONE;
    };
  }
}
