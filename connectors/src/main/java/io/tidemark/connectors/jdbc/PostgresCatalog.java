package io.tidemark.connectors.jdbc;

import io.tidemark.connectors.sql.TableName;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads PostgreSQL's catalog, in the caller's transaction. Tables are found by the user's search
 * path; types outside of {@code pg_catalog} always come with their schema.
 */
final class PostgresCatalog {

  private static final String TABLE =
      """
      SELECT c.oid, n.nspname, c.relname, c.relkind, c.reltuples, pg_table_size(c.oid),
             current_setting('server_version_num')::int / 10000, current_setting('server_encoding'),
             c.relkind <> 'p' AND EXISTS (SELECT 1 FROM pg_inherits WHERE inhparent = c.oid),
             current_schemas(true)::text[]
      FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE c.oid = pg_catalog.to_regclass(?) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
      """;

  // "base" follows domains down. Portable: both binary functions exist, and the binary form holds
  // no object ids, as those of reg* types, composites and arrays of a database's own types do.
  // Arrays, enums, ranges and composites are compared by operators of pg_catalog, whatever is in
  // them.
  private static final String COLUMNS =
      """
      WITH RECURSIVE base AS (
        SELECT a.attnum, a.atttypid AS typid, a.atttypmod AS typmod
        FROM pg_attribute a WHERE a.attrelid = ? AND a.attnum > 0 AND NOT a.attisdropped
        UNION ALL
        SELECT b.attnum, t.typbasetype, CASE WHEN b.typmod >= 0 THEN b.typmod ELSE t.typtypmod END
        FROM base b JOIN pg_type t ON t.oid = b.typid WHERE t.typtype = 'd')
      SELECT a.attname, format_type(a.atttypid, a.atttypmod),
             CASE WHEN t.typnamespace = 'pg_catalog'::regnamespace THEN t.typname ELSE '' END,
             b.typmod, format_type(b.typid, b.typmod),
             t.typsend <> 0 AND t.typreceive <> 0
               AND (t.typtype IN ('b', 'e') OR t.typtype IN ('r', 'm') AND t.oid < 16384)
               AND t.typname NOT LIKE 'reg%' AND t.typname NOT LIKE '\\_reg%'
               AND (t.typcategory <> 'A' OR e.oid < 16384 AND e.typsend <> 0 AND e.typtype <> 'c'),
             a.attnotnull, a.atthasdef OR a.attidentity <> '',
             a.attgenerated <> '', a.attidentity = 'a',
             t.typnamespace = 'pg_catalog'::regnamespace AND (t.typname IN
               ('int2', 'int4', 'int8', 'uuid', 'date', 'timestamp', 'timestamptz')
               OR t.typname IN ('text', 'varchar') AND NOT EXISTS (SELECT 1 FROM pg_collation co
                 WHERE co.oid = a.attcollation AND to_jsonb(co) ->> 'collisdeterministic' = 'false')),
             coalesce((SELECT min(n.nspname::text)
               FROM pg_opclass oc
               JOIN pg_am m ON m.oid = oc.opcmethod AND m.amname IN ('btree', 'hash')
               JOIN pg_amop ao ON ao.amopfamily = oc.opcfamily
                 AND ao.amoplefttype = oc.opcintype AND ao.amoprighttype = oc.opcintype
               JOIN pg_operator o ON o.oid = ao.amopopr
               JOIN pg_namespace n ON n.oid = o.oprnamespace
               WHERE oc.opcdefault AND oc.opcintype = b.typid AND n.nspname::text <> ALL (?)), '')
      FROM base b
      JOIN pg_type t ON t.oid = b.typid AND t.typtype <> 'd'
      LEFT JOIN pg_type e ON e.oid = t.typelem
      JOIN pg_attribute a ON a.attrelid = ? AND a.attnum = b.attnum
      ORDER BY a.attnum
      """;

  private static final String INDEXES =
      """
      SELECT x.relname, i.indisunique, i.indisprimary, m.amname = 'btree', i.indimmediate,
             coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false),
             coalesce(a.attname, ''), i.indoption[k.n - 1],
             o.opcdefault AND i.indcollation[k.n - 1] = a.attcollation
      FROM pg_index i
      JOIN pg_class x ON x.oid = i.indexrelid
      JOIN pg_am m ON m.oid = x.relam
      CROSS JOIN LATERAL generate_series(1, i.indnkeyatts) AS k(n)
      JOIN pg_opclass o ON o.oid = i.indclass[k.n - 1]
      LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[k.n - 1]
      WHERE i.indrelid = ? AND i.indisvalid AND i.indisready AND i.indpred IS NULL
      ORDER BY i.indisprimary DESC, x.relname, k.n
      """;

  private static final String NAMES =
      """
      SELECT CASE WHEN ? AND pg_table_is_visible(c.oid) THEN c.relname ELSE n.nspname || '.' || c.relname END
      FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p', 'v', 'm')
        AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%'
      ORDER BY 1
      """;

  private final Connection connection;

  PostgresCatalog(Connection connection) {
    this.connection = connection;
  }

  /** The table, or empty if there is none of that name. */
  Optional<PostgresTable> table(TableName wanted) throws SQLException {
    try (PreparedStatement find = connection.prepareStatement(TABLE)) {
      find.setString(1, wanted.sql());
      try (ResultSet r = find.executeQuery()) {
        if (!r.next()) {
          return Optional.empty();
        }
        String path = searchPath("");
        long oid = r.getLong(1);
        PostgresTable table =
            new PostgresTable(
                new TableName(r.getString(2), r.getString(3)),
                r.getString(4).charAt(0),
                r.getDouble(5),
                r.getLong(6),
                columns(oid, r.getArray(10)),
                indexes(oid),
                r.getInt(7) + "/" + r.getString(8),
                r.getBoolean(9));
        searchPath(path);
        return Optional.of(table);
      }
    }
  }

  /**
   * Names of the tables and views there are, spelled as the one that was not found: with their
   * schema if it had one, else only where it is needed.
   */
  List<String> namesLike(TableName wanted) throws SQLException {
    List<String> names = new ArrayList<>();
    try (PreparedStatement s = connection.prepareStatement(NAMES)) {
      s.setBoolean(1, wanted.schema().isEmpty());
      try (ResultSet r = s.executeQuery()) {
        while (r.next()) {
          names.add(r.getString(1));
        }
      }
    }
    return names;
  }

  /** Whether this database knows the type of that name. */
  boolean knows(String type) throws SQLException {
    try (PreparedStatement s = connection.prepareStatement("SELECT to_regtype(?) IS NOT NULL")) {
      s.setString(1, type);
      try (ResultSet r = s.executeQuery()) {
        return r.next() && r.getBoolean(1);
      }
    }
  }

  // Format_type leaves out the schema of a type that the path finds. Returns the path before.
  private String searchPath(String path) throws SQLException {
    try (PreparedStatement s =
        connection.prepareStatement(
            "SELECT current_setting('search_path'), set_config('search_path', ?, true)")) {
      s.setString(1, path);
      try (ResultSet r = s.executeQuery()) {
        r.next();
        return r.getString(1);
      }
    }
  }

  private List<PostgresTable.Column> columns(long oid, Array searched) throws SQLException {
    List<PostgresTable.Column> columns = new ArrayList<>();
    try (PreparedStatement s = connection.prepareStatement(COLUMNS)) {
      s.setLong(1, oid);
      s.setArray(2, searched);
      s.setLong(3, oid);
      try (ResultSet r = s.executeQuery()) {
        while (r.next()) {
          PostgresType type =
              new PostgresType(
                  r.getString(2), r.getString(3), r.getInt(4), r.getString(5), r.getBoolean(6));
          boolean generated = r.getBoolean(9);
          columns.add(
              new PostgresTable.Column(
                  r.getString(1),
                  type,
                  r.getBoolean(7),
                  r.getBoolean(8) && !generated,
                  generated,
                  r.getBoolean(10),
                  r.getBoolean(11),
                  r.getString(12)));
        }
      }
    }
    return List.copyOf(columns);
  }

  private List<PostgresTable.Index> indexes(long oid) throws SQLException {
    List<PostgresTable.Index> indexes = new ArrayList<>();
    try (PreparedStatement s = connection.prepareStatement(INDEXES)) {
      s.setLong(1, oid);
      try (ResultSet r = s.executeQuery()) {
        List<PostgresTable.IndexColumn> columns = new ArrayList<>();
        while (r.next()) {
          String name = r.getString(1);
          if (indexes.isEmpty() || !indexes.getLast().name().equals(name)) {
            columns = new ArrayList<>();
            indexes.add(
                new PostgresTable.Index(
                    name,
                    r.getBoolean(2),
                    r.getBoolean(3),
                    r.getBoolean(4),
                    r.getBoolean(5),
                    r.getBoolean(6),
                    columns));
          }
          columns.add(new PostgresTable.IndexColumn(r.getString(7), r.getInt(8), r.getBoolean(9)));
        }
      }
    }
    return List.copyOf(indexes);
  }
}
