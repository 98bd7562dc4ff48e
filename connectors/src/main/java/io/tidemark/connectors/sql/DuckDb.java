package io.tidemark.connectors.sql;

import io.tidemark.connectors.columns.TextValues;
import io.tidemark.connectors.sql.SinkSettings.Mode;
import io.tidemark.schemas.avro.FailureKind;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.avro.Schema;

/** DuckDB files, which one process may write, or several read. */
final class DuckDb extends Dialect {

  private static final AvroSql TYPES =
      new AvroSql(
          "BOOLEAN",
          "INTEGER",
          "BIGINT",
          "FLOAT",
          "DOUBLE",
          "VARCHAR",
          "BLOB",
          "VARCHAR",
          "DATE",
          "TIME",
          "TIMESTAMP",
          "TIMESTAMP WITH TIME ZONE",
          "DECIMAL",
          38,
          38);

  private static final int MOST_ROWS = 100;

  private static final String TEXT = "CAST(%s AS VARCHAR)";

  @Override
  String product() {
    return "DuckDB";
  }

  @Override
  boolean keepsTypes() {
    return true;
  }

  @Override
  List<String> lacks() {
    return List.of(
        "DuckDB: a file is written by one process: run one worker, or tidemark run",
        "DuckDB: chunks are found by a scan of the key column, as it walks no index");
  }

  @Override
  Optional<String> file(String url) {
    String path = url.substring("duckdb:".length());
    return path.isEmpty() || path.indexOf(':') >= 0 ? Optional.empty() : Optional.of(path);
  }

  @Override
  String empty() {
    return "jdbc:duckdb:";
  }

  @Override
  boolean logsOn() {
    return false;
  }

  @Override
  Map<String, String> properties(Use use) {
    return readOnly(use) ? Map.of("duckdb.read_only", "true") : Map.of();
  }

  // All connections of a process must open a file in the same way.
  @Override
  boolean readOnly(Use use) {
    return use == Use.READ || use == Use.PROBE;
  }

  @Override
  Optional<String> opening(Use use) {
    return Optional.of("SET TimeZone = 'UTC'");
  }

  @Override
  String limit(long offset, long rows) {
    return " LIMIT " + rows + (offset == 0 ? "" : " OFFSET " + offset);
  }

  @Override
  String parameter(SqlColumn column) {
    return "CAST(? AS " + column.type() + ")";
  }

  // Of several rows with one key in one statement, ON CONFLICT takes none.
  @Override
  int rowsAtOnce(int columns, Mode mode) {
    return mode == Mode.INSERT ? MOST_ROWS : 1;
  }

  @Override
  boolean wantsIndex() {
    return false;
  }

  @Override
  Optional<SqlTable> table(Connection connection, TableName name) throws SQLException {
    String schema = name.schema().isEmpty() ? connection.getSchema() : name.schema();
    List<SqlColumn> columns =
        Rowsets.all(
            connection,
            "SELECT column_name, data_type, NOT is_nullable, column_default IS NOT NULL"
                + " FROM duckdb_columns() WHERE database_name = current_database()"
                + " AND schema_name = ? AND table_name = ? ORDER BY column_index",
            r ->
                new SqlColumn(
                    r.getString(1),
                    r.getString(2),
                    held(r.getString(2).toUpperCase(Locale.ROOT)),
                    r.getBoolean(3),
                    !r.getBoolean(3) || r.getBoolean(4),
                    ""),
            schema,
            name.table());
    if (columns.isEmpty()) {
      return Optional.empty();
    }
    List<String> key = new ArrayList<>();
    List<SqlTable.Index> unique = new ArrayList<>();
    for (List<String> constraint :
        Rowsets.all(
            connection,
            "SELECT constraint_type, constraint_column_names FROM duckdb_constraints()"
                + " WHERE database_name = current_database() AND schema_name = ? AND table_name = ?"
                + " AND constraint_type IN ('PRIMARY KEY', 'UNIQUE')",
            r -> {
              List<String> parts = new ArrayList<>(List.of(r.getString(1)));
              for (Object each : (Object[]) r.getArray(2).getArray()) {
                parts.add(each.toString());
              }
              return parts;
            },
            schema,
            name.table())) {
      List<String> on = constraint.subList(1, constraint.size());
      if (constraint.getFirst().equals("PRIMARY KEY")) {
        key.addAll(on);
      } else {
        unique.add(new SqlTable.Index("a unique constraint", true, true, on));
      }
    }
    boolean view =
        !Rowsets.all(
                connection,
                "SELECT 1 FROM duckdb_views() WHERE schema_name = ? AND view_name = ?",
                r -> 1,
                schema,
                name.table())
            .isEmpty();
    return Optional.of(
        new SqlTable(new TableName(schema, name.table()), view, columns, key, unique, ""));
  }

  private static Held held(String type) {
    if (type.startsWith("DECIMAL(")) {
      String[] digits = type.substring("DECIMAL(".length(), type.length() - 1).split(",", 2);
      return Held.decimal(Integer.parseInt(digits[0].strip()), Integer.parseInt(digits[1].strip()));
    }
    if (type.startsWith("ENUM(")) {
      return Held.of(Held.Kind.TEXT).as(TEXT).unordered();
    }
    return switch (type) {
      case "BOOLEAN" -> Held.of(Held.Kind.BOOLEAN);
      case "TINYINT", "SMALLINT", "INTEGER", "UTINYINT", "USMALLINT" -> Held.of(Held.Kind.INT);
      case "BIGINT", "UINTEGER" -> Held.of(Held.Kind.LONG);
      case "UBIGINT" -> parsedNumber(20);
      case "HUGEINT", "UHUGEINT" -> parsedNumber(39);
      case "FLOAT" -> Held.of(Held.Kind.FLOAT);
      case "DOUBLE" -> Held.of(Held.Kind.DOUBLE);
      case "VARCHAR" -> Held.of(Held.Kind.TEXT);
      case "BLOB" -> Held.of(Held.Kind.BYTES);
      case "DATE" -> Held.of(Held.Kind.DATE).as(TEXT);
      case "TIME" -> Held.of(Held.Kind.TIME).as(TEXT);
      case "TIMESTAMP", "TIMESTAMP_NS" -> Held.of(Held.Kind.TIMESTAMP).as(TEXT);
      case "TIMESTAMP_S" -> Held.of(Held.Kind.TIMESTAMP).keeping(0).as(TEXT);
      case "TIMESTAMP_MS" -> Held.of(Held.Kind.TIMESTAMP).keeping(3).as(TEXT);
      // Its text form ends in +00, which ISO 8601 writes as Z.
      case "TIMESTAMP WITH TIME ZONE" ->
          Held.of(Held.Kind.INSTANT).as("regexp_replace(CAST(%s AS VARCHAR), '[+]00$', 'Z')");
      case "UUID" -> Held.of(Held.Kind.TEXT).as(TEXT);
      case "JSON", "INTERVAL", "BIT" -> Held.of(Held.Kind.TEXT).as(TEXT).unordered();
      default -> Held.of(Held.Kind.NONE);
    };
  }

  private static Held parsedNumber(int digits) {
    return Held.decimal(digits, 0).as(TEXT);
  }

  @Override
  boolean equates(SqlColumn column) {
    return super.equates(column) || column.type().startsWith("ENUM(");
  }

  // The first 32 bits of an MD5: its own hash changes from version to version.
  @Override
  Optional<String> bucket(List<SqlColumn> columns, List<String> named, int buckets) {
    return Optional.of(
        named.stream()
            .map(n -> "coalesce(hex(CAST(" + n + " AS VARCHAR)), '-')")
            .collect(
                Collectors.joining(
                    " || ',' || ", "CAST('0x' || left(md5(", "), 8) AS BIGINT) % " + buckets)));
  }

  @Override
  List<String> names(Connection connection, TableName wanted) throws SQLException {
    return Rowsets.all(
        connection,
        "SELECT table_name FROM information_schema.tables"
            + " WHERE table_catalog = current_database() ORDER BY 1",
        r -> r.getString(1));
  }

  @Override
  Values.Reader reader(SqlColumn column) {
    Held held = column.held();
    return switch (held.kind()) {
      case DATE, TIME, TIMESTAMP, INSTANT -> Values.parsed(held.type());
      case DECIMAL ->
          held.select().equals(TEXT) ? Values.parsed(held.type()) : super.reader(column);
      default -> super.reader(column);
    };
  }

  @Override
  Values.Converter converter(SqlColumn column) {
    Held held = column.held();
    return switch (held.kind()) {
      // Its driver knows no numbers of more than 38 digits.
      case DECIMAL ->
          held.select().equals(TEXT)
              ? TextValues.printer(held.schema())::print
              : super.converter(column);
      // As texts, which can be infinity.
      case DATE, TIME -> v -> text(held, v);
      case TIMESTAMP, INSTANT ->
          v ->
              text(
                  held,
                  (Long) v == Long.MAX_VALUE || (Long) v == Long.MIN_VALUE
                      ? v
                      : Values.kept((Long) v, held));
      default -> super.converter(column);
    };
  }

  // It takes no sign ahead of a year beyond 9999.
  private static String text(Held held, Object value) {
    String text = TextValues.printer(held.schema()).print(value);
    return text.startsWith("+") ? text.substring(1) : text;
  }

  @Override
  Optional<String> type(Schema present, int keys) {
    return TYPES.of(present);
  }

  @Override
  String longText() {
    return "VARCHAR";
  }

  // It gives no SQLSTATE; what it says begins with the kind of the error.
  @Override
  FailureKind kind(SQLException e) {
    String said = String.valueOf(e.getMessage());
    if (said.contains("Constraint Error")
        || said.contains("Conversion Error")
        || said.contains("Out of Range Error")) {
      return FailureKind.POISON;
    }
    if (said.contains("Conflict on") || said.contains("TransactionContext Error")) {
      return FailureKind.TRANSIENT;
    }
    if (said.contains("Could not set lock on file")) {
      return FailureKind.UNAVAILABLE;
    }
    return said.contains("Out of Memory Error") ? FailureKind.OVERLOAD : FailureKind.FATAL;
  }

  @Override
  String remedy(SQLException e) {
    String said = String.valueOf(e.getMessage());
    if (said.contains("Could not set lock on file")) {
      return "another process has the file open, and only one may; end it, or wait";
    }
    return said.contains("different configuration")
        ? "a file cannot be source and sink of one process; export it to Parquet first"
        : "";
  }
}
