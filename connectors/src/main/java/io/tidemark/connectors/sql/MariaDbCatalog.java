package io.tidemark.connectors.sql;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads the information schema of MariaDB and MySQL. */
final class MariaDbCatalog {

  private static final String TABLE =
      """
      SELECT t.TABLE_SCHEMA, t.TABLE_NAME, t.TABLE_TYPE, coalesce(t.ENGINE, ''), coalesce(e.TRANSACTIONS, '')
      FROM information_schema.TABLES t
      LEFT JOIN information_schema.ENGINES e ON e.ENGINE = t.ENGINE
      WHERE t.TABLE_SCHEMA = coalesce(nullif(?, ''), database()) AND t.TABLE_NAME = ?
      """;

  private static final String COLUMNS =
      """
      SELECT COLUMN_NAME, DATA_TYPE, COLUMN_TYPE, IS_NULLABLE = 'NO', COLUMN_DEFAULT IS NOT NULL,
        EXTRA, NUMERIC_PRECISION, NUMERIC_SCALE, DATETIME_PRECISION, CHARACTER_SET_NAME,
        COLLATION_NAME, CHARACTER_OCTET_LENGTH
      FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ?
      ORDER BY ORDINAL_POSITION
      """;

  // A part of a column is not that column. What is unique and too long for a tree is hashed.
  private static final String INDEXES =
      """
      SELECT INDEX_NAME, NON_UNIQUE = 0, INDEX_TYPE = 'BTREE',
        concat(coalesce(COLUMN_NAME, ''), coalesce(concat('(', SUB_PART, ')'), ''))
      FROM information_schema.STATISTICS
      WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ?
      ORDER BY INDEX_NAME, SEQ_IN_INDEX
      """;

  private static final String NAMES =
      """
      SELECT CASE WHEN TABLE_SCHEMA = database() AND ? = '' THEN TABLE_NAME
        ELSE concat(TABLE_SCHEMA, '.', TABLE_NAME) END
      FROM information_schema.TABLES
      WHERE TABLE_SCHEMA NOT IN ('mysql', 'information_schema', 'performance_schema', 'sys')
      ORDER BY 1
      """;

  private final Connection connection;

  MariaDbCatalog(Connection connection) {
    this.connection = connection;
  }

  private record Found(TableName name, String type, String engine, String transactions) {}

  Optional<SqlTable> table(TableName wanted) throws SQLException {
    List<Found> found =
        Rowsets.all(
            connection,
            TABLE,
            r ->
                new Found(
                    new TableName(r.getString(1), r.getString(2)),
                    r.getString(3),
                    r.getString(4),
                    r.getString(5)),
            wanted.schema(),
            wanted.table());
    if (found.isEmpty()) {
      return Optional.empty();
    }
    Found table = found.getFirst();
    boolean view = table.type().endsWith("VIEW");
    Map<String, SqlTable.Index> indexes = indexes(table.name());
    SqlTable.Index primary = indexes.remove("PRIMARY");
    return Optional.of(
        new SqlTable(
            table.name(),
            view,
            Rowsets.all(
                connection,
                COLUMNS,
                MariaDbCatalog::column,
                table.name().schema(),
                table.name().table()),
            primary == null ? List.of() : primary.columns(),
            List.copyOf(indexes.values()),
            view || table.transactions().equals("YES")
                ? ""
                : "its engine "
                    + table.engine()
                    + " has no transactions, so that a chunk cannot be undone; make it InnoDB"
                    + " (ALTER TABLE … ENGINE = InnoDB)"));
  }

  private Map<String, SqlTable.Index> indexes(TableName table) throws SQLException {
    record Part(String index, boolean unique, boolean ordered, String column) {}
    Map<String, SqlTable.Index> indexes = new LinkedHashMap<>();
    for (Part p :
        Rowsets.all(
            connection,
            INDEXES,
            r -> new Part(r.getString(1), r.getBoolean(2), r.getBoolean(3), r.getString(4)),
            table.schema(),
            table.table())) {
      List<String> columns = new ArrayList<>();
      if (indexes.containsKey(p.index())) {
        columns.addAll(indexes.get(p.index()).columns());
      }
      columns.add(p.column());
      indexes.put(p.index(), new SqlTable.Index(p.index(), p.unique(), p.ordered(), columns));
    }
    return indexes;
  }

  private static SqlColumn column(ResultSet r) throws SQLException {
    String base = r.getString(2);
    String type = r.getString(3);
    String extra = r.getString(6);
    boolean notNull = r.getBoolean(4);
    String collation = r.getString(11);
    // Of floats it is how many digits are kept, where that was said.
    boolean rounds = (base.equals("float") || base.equals("double")) && r.getObject(8) != null;
    return new SqlColumn(
        r.getString(1),
        collation == null
            ? type
            : type + " CHARACTER SET " + r.getString(10) + " COLLATE " + collation,
        MariaDbTypes.held(
            base,
            type,
            r.getInt(7),
            r.getInt(8),
            r.getInt(9),
            (int) Math.min(1 << 30, r.getLong(12))),
        notNull,
        !notNull || r.getBoolean(5) || extra.contains("auto_increment"),
        extra.contains("GENERATED") && !extra.contains("DEFAULT_GENERATED")
            ? "is generated"
            : rounds ? "rounds what it holds (" + type + ")" : "");
  }

  List<String> names(TableName wanted) throws SQLException {
    return Rowsets.all(connection, NAMES, r -> r.getString(1), wanted.schema());
  }
}
