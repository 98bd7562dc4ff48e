package io.tidemark.connectors.sql;

import io.tidemark.connectors.columns.TextValues;
import io.tidemark.schemas.avro.FailureKind;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.avro.Schema;

/**
 * SQLite files. It lets any column hold any value: a value of another kind than the declared type
 * says is refused with its row. Exact decimals, dates and times are texts, of declared types that
 * say so, such as {@code TEXT DECIMAL(10,2)}.
 */
final class Sqlite extends Dialect {

  private static final AvroSql TYPES =
      new AvroSql(
          "BOOLEAN",
          "INTEGER",
          "INTEGER",
          "REAL",
          "REAL",
          "TEXT",
          "BLOB",
          "TEXT",
          "TEXT DATE",
          "TEXT TIME",
          "TEXT TIMESTAMP",
          "TEXT TIMESTAMPTZ",
          "TEXT DECIMAL",
          999,
          999);

  private static final Pattern DECIMAL =
      Pattern.compile("TEXT DECIMAL\\((\\d{1,3}), ?(\\d{1,3})\\)");

  private static final int BUSY = 5;
  private static final int LOCKED = 6;
  private static final int FULL = 13;
  private static final int TOO_BIG = 18;
  private static final int CONSTRAINT = 19;
  private static final int MISMATCH = 20;

  @Override
  String product() {
    return "SQLite";
  }

  @Override
  boolean keepsTypes() {
    return true;
  }

  @Override
  List<String> lacks() {
    return List.of(
        "SQLite: one chunk is written at a time, and a process that is stopped while it commits"
            + " holds up all others until it ends",
        "SQLite: the replication lag cannot be asked for");
  }

  @Override
  Optional<String> file(String url) {
    String path = url.substring("sqlite:".length());
    return path.isEmpty() || path.startsWith(":") || path.startsWith("file:")
        ? Optional.empty()
        : Optional.of(path);
  }

  @Override
  String empty() {
    return "jdbc:sqlite::memory:";
  }

  @Override
  boolean logsOn() {
    return false;
  }

  @Override
  Map<String, String> properties(Use use) {
    return Map.of("busy_timeout", "10000");
  }

  @Override
  boolean readOnly(Use use) {
    return false;
  }

  @Override
  String limit(long offset, long rows) {
    return " LIMIT " + rows + (offset == 0 ? "" : " OFFSET " + offset);
  }

  @Override
  Optional<SqlTable> table(Connection connection, TableName name) throws SQLException {
    String schema = name.schema().isEmpty() ? "main" : name.schema();
    List<String> types =
        Rowsets.all(
            connection,
            "SELECT type FROM "
                + quote(schema)
                + ".sqlite_schema WHERE type IN ('table', 'view') AND name = ?",
            r -> r.getString(1),
            name.table());
    if (types.isEmpty()) {
      return Optional.empty();
    }
    Map<Integer, String> key = new LinkedHashMap<>();
    List<SqlColumn> columns =
        Rowsets.all(
            connection,
            "SELECT name, type, \"notnull\", dflt_value IS NOT NULL, pk, hidden"
                + " FROM pragma_table_xinfo(?, ?) ORDER BY cid",
            r -> {
              if (r.getInt(5) > 0) {
                key.put(r.getInt(5), r.getString(1));
              }
              return column(r);
            },
            name.table(),
            schema);
    return Optional.of(
        new SqlTable(
            name,
            types.getFirst().equals("view"),
            columns,
            key.keySet().stream().sorted().map(key::get).toList(),
            indexes(connection, name.table(), schema),
            ""));
  }

  private static SqlColumn column(ResultSet r) throws SQLException {
    String type = r.getString(2) == null ? "" : r.getString(2);
    // A key that is the row's number is never NULL, whatever was declared.
    boolean rowid = r.getInt(5) > 0 && type.equalsIgnoreCase("INTEGER");
    boolean notNull = r.getBoolean(3) || rowid;
    return new SqlColumn(
        r.getString(1),
        type,
        held(type.toUpperCase(Locale.ROOT)),
        notNull,
        !notNull || r.getBoolean(4) || rowid,
        r.getInt(6) >= 2 ? "is generated" : "");
  }

  private List<SqlTable.Index> indexes(Connection connection, String table, String schema)
      throws SQLException {
    record Found(String name, boolean unique) {}
    List<SqlTable.Index> indexes = new ArrayList<>();
    for (Found f :
        Rowsets.all(
            connection,
            "SELECT name, \"unique\" FROM pragma_index_list(?, ?) WHERE NOT partial",
            r -> new Found(r.getString(1), r.getBoolean(2)),
            table,
            schema)) {
      List<String> columns =
          Rowsets.all(
              connection,
              "SELECT coalesce(name, '') FROM pragma_index_info(?, ?) ORDER BY seqno",
              r -> r.getString(1),
              f.name(),
              schema);
      indexes.add(new SqlTable.Index(f.name(), f.unique(), true, columns));
    }
    return indexes;
  }

  // By SQLite's own rules of affinity, and the declared types that this class writes.
  private static Held held(String type) {
    Matcher decimal = DECIMAL.matcher(type);
    if (decimal.matches()) {
      return Held.decimal(Integer.parseInt(decimal.group(1)), Integer.parseInt(decimal.group(2)))
          .unordered();
    }
    return switch (type) {
      case "TEXT DATE" -> Held.of(Held.Kind.DATE);
      case "TEXT TIME" -> Held.of(Held.Kind.TIME);
      case "TEXT TIMESTAMP" -> Held.of(Held.Kind.TIMESTAMP);
      case "TEXT TIMESTAMPTZ" -> Held.of(Held.Kind.INSTANT);
      case "BOOLEAN", "BOOL" -> Held.of(Held.Kind.BOOLEAN);
      case "DATE", "DATETIME", "TIMESTAMP", "TIME" -> Held.of(Held.Kind.TEXT);
      default -> {
        if (type.contains("INT")) {
          yield Held.of(Held.Kind.LONG);
        }
        if (type.contains("CHAR") || type.contains("CLOB") || type.contains("TEXT")) {
          yield Held.of(Held.Kind.TEXT);
        }
        if (type.contains("BLOB")) {
          yield Held.of(Held.Kind.BYTES);
        }
        yield type.contains("REAL") || type.contains("FLOA") || type.contains("DOUB")
            ? Held.of(Held.Kind.DOUBLE)
            : Held.of(Held.Kind.NONE);
      }
    };
  }

  @Override
  Optional<String> timeless() {
    return Optional.of(
        "partition.time: SQLite keeps times as texts, whose order is that of times in one form only;"
            + " cut by key, which needs no more than their order");
  }

  // What is a text of its own form, such as a decimal, is equal to no other form.
  @Override
  boolean equates(SqlColumn column) {
    return switch (column.held().kind()) {
      case BOOLEAN, LONG, DOUBLE, TEXT, BYTES -> true;
      default -> false;
    };
  }

  // It has no hash: the middle bits of a product, which 63 bits hold. Whatever is no number is 0.
  @Override
  Optional<String> bucket(List<SqlColumn> columns, List<String> named, int buckets) {
    String mixed = "0";
    for (String n : named) {
      mixed =
          "((("
              + mixed
              + " + coalesce(CAST("
              + n
              + " AS INTEGER), 0) % 2147483647) % 2147483647 * 1103515245 >> 16) & 2147483647)";
    }
    return columns.stream().allMatch(c -> c.held().kind() == Held.Kind.LONG)
        ? Optional.of(mixed + " % " + buckets)
        : Optional.empty();
  }

  @Override
  String unhashed() {
    return "it hashes whole numbers only; give such columns, or cut by key or list";
  }

  @Override
  List<String> names(Connection connection, TableName wanted) throws SQLException {
    return Rowsets.all(
        connection,
        "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')"
            + " AND name NOT LIKE 'sqlite%' ORDER BY 1",
        r -> r.getString(1));
  }

  @Override
  Values.Reader reader(SqlColumn column) {
    Held held = column.held();
    return (r, i) -> read(held, r.getObject(i));
  }

  private static Object read(Held held, Object found) throws UnreadableException {
    if (found == null) {
      return null;
    }
    Object value =
        switch (held.kind()) {
          case BOOLEAN ->
              found instanceof Number n && (n.longValue() == 0 || n.longValue() == 1)
                  ? (Object) (n.longValue() == 1)
                  : null;
          case LONG ->
              found instanceof Integer || found instanceof Long
                  ? ((Number) found).longValue()
                  : null;
          case DOUBLE -> found instanceof Double ? found : null;
          case TEXT -> found instanceof String ? found : null;
          case BYTES -> found instanceof byte[] b ? Values.bytes(b) : null;
          default -> found instanceof String s ? parsed(held, s) : null;
        };
    if (value == null) {
      throw new UnreadableException(
          "holds a value that is stored as "
              + found.getClass().getSimpleName().toLowerCase(Locale.ROOT)
              + ", which is no "
              + held.type().name());
    }
    return value;
  }

  private static Object parsed(Held held, String text) {
    try {
      return held.type().parse(text);
    } catch (DateTimeException | IllegalArgumentException | ArithmeticException e) {
      // Null: told by the caller.
      return null;
    }
  }

  @Override
  Values.Converter converter(SqlColumn column) {
    Held held = column.held();
    return switch (held.kind()) {
      case BOOLEAN -> v -> (Boolean) v ? 1 : 0;
      case DOUBLE ->
          v -> {
            if (((Double) v).isNaN()) {
              throw new ArithmeticException("is NaN, which SQLite takes for NULL");
            }
            return v;
          };
      case DECIMAL, DATE, TIME, TIMESTAMP, INSTANT -> TextValues.printer(held.schema())::print;
      default -> super.converter(column);
    };
  }

  @Override
  Optional<String> type(Schema present, int keys) {
    return TYPES.of(present);
  }

  @Override
  FailureKind kind(SQLException e) {
    return switch (e.getErrorCode() & 0xff) {
      case BUSY, LOCKED -> FailureKind.TRANSIENT;
      case FULL -> FailureKind.OVERLOAD;
      case TOO_BIG, CONSTRAINT, MISMATCH -> FailureKind.POISON;
      default -> FailureKind.FATAL;
    };
  }

  @Override
  String remedy(SQLException e) {
    return switch (e.getErrorCode() & 0xff) {
      case BUSY -> "another process has it locked; tried again later";
      case 14 -> "check the path in the url";
      default -> "";
    };
  }
}
