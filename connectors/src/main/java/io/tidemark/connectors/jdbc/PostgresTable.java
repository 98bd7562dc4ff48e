package io.tidemark.connectors.jdbc;

import io.tidemark.connectors.sql.TableName;
import java.util.List;
import java.util.Optional;

/**
 * A table as the catalog describes it.
 *
 * @param kind {@code pg_class.relkind}: r table, p partitioned table, v view, m materialized view
 * @param tuples the server's estimate of rows; 0 or less: it has none
 * @param bytes size with its TOAST table, bytes
 * @param columns in table order
 * @param indexes primary key first, then by name
 * @param server what else binary forms depend on: major version and encoding
 * @param parent whether other tables inherit from it; partitions do not count
 */
record PostgresTable(
    TableName name,
    char kind,
    double tuples,
    long bytes,
    List<Column> columns,
    List<Index> indexes,
    String server,
    boolean parent) {

  /**
   * @param hasDefault whether leaving it out gives a value: a default or an identity
   * @param generated computed by the table; cannot be written
   * @param identityAlways {@code GENERATED ALWAYS AS IDENTITY}
   * @param exact whether values that the database holds to be equal have the same bytes
   * @param unseen schema of the operators that compare it, where the search path lacks it, so that
   *     another type's may be taken for them; empty: they are found
   */
  record Column(
      String name,
      PostgresType type,
      boolean notNull,
      boolean hasDefault,
      boolean generated,
      boolean identityAlways,
      boolean exact,
      String unseen) {}

  /**
   * A valid index without a condition.
   *
   * @param ordered a B-tree
   * @param immediate false: a deferrable constraint's
   * @param nullsEqual {@code NULLS NOT DISTINCT}
   */
  record Index(
      String name,
      boolean unique,
      boolean primary,
      boolean ordered,
      boolean immediate,
      boolean nullsEqual,
      List<IndexColumn> columns) {

    List<String> names() {
      return columns.stream().map(IndexColumn::name).toList();
    }

    /** Whether it yields the table in the order of these columns without a sort. */
    boolean walks(List<String> key) {
      if (!ordered || columns.size() < key.size()) {
        return false;
      }
      // All ascending with NULLs last, or the mirror image of that, read backwards.
      int option = columns.get(0).option();
      if (option != 0 && option != 3) {
        return false;
      }
      for (int i = 0; i < key.size(); i++) {
        IndexColumn c = columns.get(i);
        if (!c.plain() || c.option() != option || !c.name().equals(key.get(i))) {
          return false;
        }
      }
      return true;
    }

    /** Whether it can decide conflicts on exactly these columns, in any order. */
    boolean decides(List<String> key) {
      return unique
          && immediate
          && columns.size() == key.size()
          && List.copyOf(names()).containsAll(key);
    }
  }

  /**
   * @param name empty: an expression
   * @param option {@code pg_index.indoption}: 1 descending + 2 NULLs first
   * @param plain whether it sorts as the column itself does: default operators, same collation
   */
  record IndexColumn(String name, int option, boolean plain) {}

  /** The server's major version. */
  int major() {
    return Integer.parseInt(server.substring(0, server.indexOf('/')));
  }

  Optional<Column> column(String wanted) {
    return columns.stream().filter(c -> c.name().equals(wanted)).findFirst();
  }

  List<String> columnNames() {
    return columns.stream().map(Column::name).toList();
  }

  /** Columns of the primary key in key order; empty: there is none. */
  List<String> primaryKey() {
    return indexes.stream().filter(Index::primary).findFirst().map(Index::names).orElse(List.of());
  }
}
