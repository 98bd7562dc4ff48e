package io.tidemark.connectors.sql;

import io.tidemark.connectors.sql.SinkSettings.Mode;
import io.tidemark.schemas.avro.FailureKind;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.avro.Schema;

/** H2, as a server, in a file, or in the memory of one process. */
final class H2 extends Dialect {

  private static final AvroSql TYPES =
      new AvroSql(
          "BOOLEAN",
          "INTEGER",
          "BIGINT",
          "REAL",
          "DOUBLE PRECISION",
          "CHARACTER VARYING",
          "BINARY VARYING",
          "CHARACTER VARYING",
          "DATE",
          "TIME(6)",
          "TIMESTAMP(6)",
          "TIMESTAMP(6) WITH TIME ZONE",
          "NUMERIC",
          1_000,
          1_000);

  private static final String FILE = "h2:file:";
  private static final int URL_FORMAT = 90046;
  private static final int DUPLICATE_PROPERTY = 90066;
  private static final int UNSUPPORTED_SETTING = 90113;
  private static final int LOCK_TIMEOUT = 50200;
  private static final int IN_USE = 90020;

  @Override
  String product() {
    return "H2";
  }

  @Override
  List<String> lacks() {
    return List.of(
        "H2: the session of a former claimant is not ended; a chunk is sent when it is whole");
  }

  @Override
  Optional<String> file(String url) {
    return url.startsWith(FILE)
        ? Optional.of(url.substring(FILE.length()) + ".mv.db")
        : Optional.empty();
  }

  @Override
  String empty() {
    return "jdbc:h2:mem:";
  }

  @Override
  boolean logsOn() {
    return false;
  }

  @Override
  Optional<String> opening(Use use) {
    return use == Use.WRITE ? Optional.of("SET LOCK_TIMEOUT 10000") : Optional.empty();
  }

  @Override
  String limit(long offset, long rows) {
    return " LIMIT " + rows + (offset == 0 ? "" : " OFFSET " + offset);
  }

  @Override
  String parameter(SqlColumn column) {
    // A text put into JSON as it is becomes a JSON string.
    return column.type().equals("JSON") ? "? FORMAT JSON" : "?";
  }

  @Override
  Optional<SqlTable> table(Connection connection, TableName name) throws SQLException {
    return new Described(connection).table(name, H2::held);
  }

  private static Held held(int jdbc, String name, int size, int digits) {
    if (name.equals("UUID")) {
      return Held.of(Held.Kind.TEXT);
    }
    if (name.equals("DECFLOAT") || name.equals("JSON") || name.startsWith("ENUM")) {
      return Held.of(Held.Kind.TEXT).unordered();
    }
    return name.startsWith("INTERVAL") || name.startsWith("GEOMETRY")
        ? Held.of(Held.Kind.NONE)
        : Described.standard(jdbc, name, size, digits);
  }

  @Override
  boolean equates(SqlColumn column) {
    return super.equates(column) || column.type().startsWith("ENUM");
  }

  // The first 32 bits, with as many of 0 ahead so that none is a sign.
  @Override
  Optional<String> bucket(List<SqlColumn> columns, List<String> named, int buckets) {
    List<String> digits =
        digits(columns, named, "RAWTOHEX(%s)", "STRINGTOUTF8(CAST(%s AS VARCHAR))");
    return Optional.of(
        "MOD(CAST(X'00000000' || SUBSTRING(HASH('SHA-256', STRINGTOUTF8("
            + String.join(" || ',' || ", digits)
            + ")), 1, 4) AS BIGINT), "
            + buckets
            + ")");
  }

  @Override
  List<String> names(Connection connection, TableName wanted) throws SQLException {
    return new Described(connection).names(wanted);
  }

  @Override
  Optional<String> type(Schema present, int keys) {
    return TYPES.of(present);
  }

  @Override
  String longText() {
    return "CHARACTER VARYING";
  }

  @Override
  String forUpdate() {
    return " FOR UPDATE";
  }

  // Of the rows of one statement and those that are there, a key is matched as = does.
  @Override
  String write(SqlTable table, List<SqlColumn> columns, List<String> key, Mode mode, int rows) {
    if (mode == Mode.INSERT) {
      return super.write(table, columns, key, mode, rows);
    }
    List<String> names = columns.stream().map(SqlColumn::name).toList();
    List<String> rest = names.stream().filter(c -> !key.contains(c)).toList();
    String update =
        mode == Mode.INSERT_IGNORE || rest.isEmpty()
            ? ""
            : " WHEN MATCHED THEN UPDATE SET "
                + rest.stream()
                    .map(c -> quote(c) + " = s." + quote(c))
                    .collect(Collectors.joining(", "));
    return "MERGE INTO "
        + sql(table.name())
        + " AS t USING (VALUES ("
        + columns.stream()
            .map(c -> "CAST(" + parameter(c) + " AS " + c.type() + ")")
            .collect(Collectors.joining(", "))
        + ")) AS s ("
        + list(names)
        + ") ON "
        + key.stream()
            .map(k -> "t." + quote(k) + " = s." + quote(k))
            .collect(Collectors.joining(" AND "))
        + update
        + " WHEN NOT MATCHED THEN INSERT ("
        + list(names)
        + ") VALUES ("
        + names.stream().map(n -> "s." + quote(n)).collect(Collectors.joining(", "))
        + ")";
  }

  @Override
  FailureKind kind(SQLException e) {
    return switch (e.getErrorCode()) {
      case LOCK_TIMEOUT -> FailureKind.TRANSIENT;
      case IN_USE -> FailureKind.UNAVAILABLE;
      case URL_FORMAT, DUPLICATE_PROPERTY, UNSUPPORTED_SETTING -> FailureKind.FATAL;
      default -> super.kind(e);
    };
  }

  @Override
  String remedy(SQLException e) {
    return e.getErrorCode() == IN_USE
        ? "another process has the file open; let one server serve it (jdbc:h2:tcp://…), or all of"
            + " them share it (;AUTO_SERVER=TRUE)"
        : "";
  }
}
