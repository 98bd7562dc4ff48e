package io.tidemark.connectors.jdbc;

import io.tidemark.connectors.api.SourceShape;
import io.tidemark.connectors.sql.SinkSettings;
import io.tidemark.connectors.sql.Sql;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Statements that write to a target table.
 *
 * @param columns the source's columns, all of which the table has
 * @param key columns that decide conflicts; empty for mode insert
 */
record Target(PostgresTable table, List<String> columns, List<String> key, SinkSettings.Mode mode) {

  private static final String STAGE = "pg_temp.tidemark_stage";
  private static final String ORDINAL = "tidemark_ordinal";

  static Target of(PostgresTable table, SourceShape source, SinkSettings settings) {
    List<String> columns = source.columns().stream().map(SourceShape.Column::name).toList();
    return new Target(
        table,
        columns,
        settings.mode() == SinkSettings.Mode.INSERT ? List.of() : settings.keyOf(source),
        settings.mode());
  }

  /** Whether rows go to a temporary table first. */
  boolean staged() {
    return mode != SinkSettings.Mode.INSERT;
  }

  String copy(boolean natively) {
    return "COPY "
        + (staged() ? STAGE : table.name().sql())
        + " ("
        + Sql.idents(columns)
        + ") FROM STDIN"
        + (natively ? " (FORMAT BINARY)" : "");
  }

  /** Whether the session has its staging table: one boolean. */
  static String staging() {
    return "SELECT to_regclass('" + STAGE + "') IS NOT NULL";
  }

  /**
   * The session's staging table: the target's columns without its constraints, and the order of
   * arrival.
   */
  String stage() {
    return "CREATE TEMPORARY TABLE tidemark_stage ON COMMIT DELETE ROWS AS SELECT "
        + Sql.idents(columns)
        + " FROM "
        + table.name().sql()
        + " WITH NO DATA";
  }

  /** Its other statement, only right behind the creation. */
  static String order() {
    return "ALTER TABLE "
        + STAGE
        + " ADD COLUMN "
        + ORDINAL
        + " bigint GENERATED ALWAYS AS IDENTITY (CACHE 1000)";
  }

  /** From the staging table into the target. */
  String merge() {
    String names = Sql.idents(columns);
    String into =
        "INSERT INTO " + table.name().sql() + " (" + names + ") OVERRIDING SYSTEM VALUE SELECT ";
    String conflict = " ON CONFLICT (" + Sql.idents(key) + ") DO ";
    List<String> rest = columns.stream().filter(c -> !key.contains(c)).toList();
    if (mode == SinkSettings.Mode.INSERT_IGNORE) {
      return into + names + " FROM " + STAGE + " ORDER BY " + ORDINAL + conflict + "NOTHING";
    }
    String update =
        rest.isEmpty()
            ? "NOTHING"
            : rest.stream()
                .map(c -> Sql.ident(c) + " = excluded." + Sql.ident(c))
                .collect(Collectors.joining(", ", "UPDATE SET ", ""));
    // A statement may touch a row once: of several rows with one key, the last that arrived.
    String same = Sql.idents(key) + distinctNulls();
    return into
        + names
        + " FROM (SELECT DISTINCT ON ("
        + same
        + ") * FROM "
        + STAGE
        + " ORDER BY "
        + same
        + ", "
        + ORDINAL
        + " DESC) AS s"
        + conflict
        + update;
  }

  // Keys with a NULL conflict with nothing, unless the index says that NULLs are equal.
  private String distinctNulls() {
    boolean equal = table.indexes().stream().anyMatch(i -> i.decides(key) && i.nullsEqual());
    String nulls =
        key.stream()
            .filter(k -> table.column(k).map(c -> !c.notNull()).orElse(true))
            .map(k -> Sql.ident(k) + " IS NULL")
            .collect(Collectors.joining(" OR "));
    return equal || nulls.isEmpty() ? "" : ", CASE WHEN " + nulls + " THEN " + ORDINAL + " END";
  }

  /**
   * Where the table's columns are of other types than the source's, which binary rows must share.
   */
  static List<String> differences(PostgresTable table, SourceShape source) {
    List<String> lines = new ArrayList<>();
    for (SourceShape.Column from : source.columns()) {
      Optional<PostgresType> to = table.column(from.name()).map(PostgresTable.Column::type);
      if (to.isPresent() && !to.get().name().equals(from.nativeType())) {
        lines.add(
            "column '%s' is %s at the source and %s at the sink"
                .formatted(from.name(), from.nativeType(), to.get().name()));
      } else if (to.isPresent() && !to.get().portable()) {
        lines.add("column '%s' of the sink has no binary form".formatted(from.name()));
      }
    }
    return lines;
  }

  /** The table's columns in the source's order; empty if one is missing. */
  static Optional<List<PostgresTable.Column>> inOrder(PostgresTable table, SourceShape source) {
    List<PostgresTable.Column> found =
        source.columns().stream()
            .map(c -> table.column(c.name()))
            .flatMap(Optional::stream)
            .toList();
    return found.size() == source.columns().size() ? Optional.of(found) : Optional.empty();
  }
}
