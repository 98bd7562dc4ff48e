package io.tidemark.connectors.sql;

import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Tables as JDBC's metadata describes them. */
final class Described {

  /** What a column of a type holds. */
  interface Typing {
    /**
     * @param jdbc one of {@link Types}
     * @param name the database's own name of the type, in upper case
     * @param size digits or characters
     * @param digits behind the point, or of a second
     */
    Held held(int jdbc, String name, int size, int digits);
  }

  private static final int NAME = 3;
  private static final int FILTER_CONDITION = 13;

  private final Connection connection;
  private final DatabaseMetaData data;

  Described(Connection connection) throws SQLException {
    this.connection = connection;
    this.data = connection.getMetaData();
  }

  private record Place(String catalog, String schema, String name, String type) {}

  /** The table or view of that name; without a schema, the one in the current schema first. */
  Optional<SqlTable> table(TableName wanted, Typing typing) throws SQLException {
    Optional<Place> found = find(wanted);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    Place at = found.get();
    return Optional.of(
        new SqlTable(
            new TableName(at.schema() == null ? "" : at.schema(), at.name()),
            at.type().equals("VIEW"),
            columns(at, typing),
            key(at),
            indexes(at),
            ""));
  }

  private Optional<Place> find(TableName wanted) throws SQLException {
    String schema = wanted.schema().isEmpty() ? null : wanted.schema();
    String current = connection.getSchema();
    return Rowsets.all(
            data.getTables(connection.getCatalog(), schema, wanted.table(), null),
            r -> new Place(r.getString(1), r.getString(2), r.getString(NAME), r.getString(4)))
        .stream()
        // The names are patterns to the driver.
        .filter(
            p -> p.name().equals(wanted.table()) && (schema == null || schema.equals(p.schema())))
        .filter(p -> p.type().endsWith("TABLE") || p.type().equals("VIEW"))
        .min(Comparator.comparing(p -> current != null && !current.equals(p.schema())));
  }

  private List<SqlColumn> columns(Place at, Typing typing) throws SQLException {
    return Rowsets.all(
            data.getColumns(at.catalog(), at.schema(), at.name(), null),
            r -> {
              if (!r.getString(NAME).equals(at.name())) {
                return null;
              }
              String name = r.getString(4);
              String type = r.getString(6);
              int jdbc = r.getInt(5);
              int size = r.getInt(7);
              int digits = r.getInt(9);
              if (r.wasNull()) {
                digits = fraction(jdbc, size);
              }
              boolean notNull = r.getInt(11) == DatabaseMetaData.columnNoNulls;
              boolean filled = r.getString(13) != null || "YES".equals(r.getString(23));
              boolean generated = "YES".equals(r.getString(24));
              return new SqlColumn(
                  name,
                  sized(type, jdbc, size, digits),
                  typing.held(jdbc, type.toUpperCase(Locale.ROOT), size, digits),
                  notNull,
                  !notNull || filled,
                  generated ? "is generated" : "");
            })
        .stream()
        .filter(c -> c != null)
        .toList();
  }

  private static String sized(String type, int jdbc, int size, int digits) {
    return switch (jdbc) {
      case Types.NUMERIC, Types.DECIMAL -> type + "(" + size + "," + digits + ")";
      case Types.CHAR, Types.VARCHAR, Types.BINARY, Types.VARBINARY ->
          size > 0 && size < Integer.MAX_VALUE && !type.contains("(")
              ? type + "(" + size + ")"
              : type;
      default -> type;
    };
  }

  private List<String> key(Place at) throws SQLException {
    record Part(int at, String column) {}
    return Rowsets.all(
            data.getPrimaryKeys(at.catalog(), at.schema(), at.name()),
            r -> new Part(r.getInt(5), r.getString(4)))
        .stream()
        .sorted(Comparator.comparingInt(Part::at))
        .map(Part::column)
        .toList();
  }

  private List<SqlTable.Index> indexes(Place at) throws SQLException {
    return at.type().equals("VIEW")
        ? List.of()
        : indexes(data.getIndexInfo(at.catalog(), at.schema(), at.name(), false, true));
  }

  /** The indexes that {@link DatabaseMetaData#getIndexInfo} tells of, those of all rows only. */
  static List<SqlTable.Index> indexes(ResultSet answer) throws SQLException {
    record Part(
        String index, boolean unique, boolean ordered, int at, String column, boolean partial) {}
    // Some drivers are older than that column.
    boolean conditions = answer.getMetaData().getColumnCount() >= FILTER_CONDITION;
    Map<String, List<Part>> parts = new LinkedHashMap<>();
    Set<String> partial = new HashSet<>();
    for (Part p :
        Rowsets.all(
            answer,
            r ->
                new Part(
                    r.getString(6),
                    !r.getBoolean(4),
                    r.getShort(7) != DatabaseMetaData.tableIndexHashed,
                    r.getInt(8),
                    r.getString(9),
                    conditions && !isBlank(r.getString(FILTER_CONDITION))))) {
      // A row without an index tells of the table as a whole; one without a column of an
      // expression.
      if (p.index() != null) {
        if (p.partial()) {
          partial.add(p.index());
        }
        parts.computeIfAbsent(p.index(), i -> new ArrayList<>()).add(p);
      }
    }
    parts.keySet().removeAll(partial);
    List<SqlTable.Index> indexes = new ArrayList<>();
    parts.forEach(
        (name, all) -> {
          all.sort(Comparator.comparingInt(Part::at));
          List<String> columns =
              all.stream().map(p -> p.column() == null ? "" : p.column()).toList();
          Part first = all.getFirst();
          indexes.add(new SqlTable.Index(name, first.unique(), first.ordered(), columns));
        });
    return indexes;
  }

  private static boolean isBlank(String text) {
    return text == null || text.isBlank();
  }

  /** Names of tables and views, with their schema if the wanted one has one. */
  List<String> names(TableName wanted) throws SQLException {
    String schema = wanted.schema().isEmpty() ? connection.getSchema() : null;
    return Rowsets.all(
        data.getTables(
            connection.getCatalog(), schema, "%", new String[] {"TABLE", "BASE TABLE", "VIEW"}),
        r ->
            wanted.schema().isEmpty()
                ? r.getString(NAME)
                : r.getString(2) + "." + r.getString(NAME));
  }

  /** Digits of a second, of which a driver tells only how long the text of the time may be. */
  private static int fraction(int jdbc, int size) {
    int whole =
        switch (jdbc) {
          case Types.TIME -> "00:00:00".length();
          case Types.TIMESTAMP -> "2000-01-01 00:00:00".length();
          case Types.TIMESTAMP_WITH_TIMEZONE -> "2000-01-01 00:00:00+00:00".length();
          default -> size;
        };
    return Math.max(0, size - whole - ".".length());
  }

  // Else the driver does not tell.
  private static boolean sized(int size) {
    return size > 0 && size < Integer.MAX_VALUE;
  }

  /** What types hold whose names are standard. */
  static Held standard(int jdbc, String name, int size, int digits) {
    return switch (jdbc) {
      case Types.BIT, Types.BOOLEAN -> Held.of(Held.Kind.BOOLEAN);
      case Types.TINYINT, Types.SMALLINT -> Held.of(Held.Kind.INT);
      case Types.INTEGER -> Held.of(name.contains("UNSIGNED") ? Held.Kind.LONG : Held.Kind.INT);
      case Types.BIGINT ->
          name.contains("UNSIGNED") ? Held.decimal(20, 0) : Held.of(Held.Kind.LONG);
      case Types.REAL -> Held.of(Held.Kind.FLOAT);
      case Types.FLOAT, Types.DOUBLE -> Held.of(Held.Kind.DOUBLE);
      case Types.NUMERIC, Types.DECIMAL ->
          size > 0 && size <= 999 && digits >= 0 && digits <= size
              ? Held.decimal(size, digits)
              : Held.of(Held.Kind.NONE);
      case Types.CHAR, Types.NCHAR ->
          sized(size) ? Held.of(Held.Kind.FIXED_TEXT).wide(size) : Held.of(Held.Kind.TEXT);
      case Types.VARCHAR, Types.NVARCHAR, Types.LONGVARCHAR, Types.LONGNVARCHAR ->
          Held.of(Held.Kind.TEXT);
      case Types.CLOB, Types.NCLOB -> Held.of(Held.Kind.TEXT).unordered();
      case Types.BINARY ->
          sized(size) ? Held.of(Held.Kind.FIXED_BYTES).wide(size) : Held.of(Held.Kind.BYTES);
      case Types.VARBINARY, Types.LONGVARBINARY -> Held.of(Held.Kind.BYTES);
      case Types.BLOB -> Held.of(Held.Kind.BYTES).unordered();
      case Types.DATE -> Held.of(Held.Kind.DATE);
      case Types.TIME -> Held.of(Held.Kind.TIME).keeping(Math.min(digits, Held.MICROS));
      case Types.TIMESTAMP -> Held.of(Held.Kind.TIMESTAMP).keeping(Math.min(digits, Held.MICROS));
      case Types.TIMESTAMP_WITH_TIMEZONE ->
          Held.of(Held.Kind.INSTANT).keeping(Math.min(digits, Held.MICROS));
      default -> Held.of(Held.Kind.NONE);
    };
  }
}
