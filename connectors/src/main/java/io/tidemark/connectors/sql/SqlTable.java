package io.tidemark.connectors.sql;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A table as its database describes it.
 *
 * @param view whether it is a view, which has no indexes of its own
 * @param key columns of the primary key; empty: it has none
 * @param obstacle why rows cannot be written to it in transactions; empty: they can
 */
record SqlTable(
    TableName name,
    boolean view,
    List<SqlColumn> columns,
    List<String> key,
    List<Index> indexes,
    String obstacle) {

  /**
   * @param unique whether it forbids duplicates
   * @param ordered whether it can be walked in the order of its columns
   * @param columns in order, without expressions
   */
  record Index(String name, boolean unique, boolean ordered, List<String> columns) {}

  SqlTable {
    columns = List.copyOf(columns);
    key = List.copyOf(key);
    indexes = List.copyOf(indexes);
  }

  Optional<SqlColumn> column(String wanted) {
    return columns.stream().filter(c -> c.name().equals(wanted)).findFirst();
  }

  List<String> columnNames() {
    return columns.stream().map(SqlColumn::name).toList();
  }

  /** Whether no two rows have the same values there, but for rows with a NULL. */
  boolean identifies(List<SqlColumn> wanted) {
    Set<String> names = new HashSet<>(wanted.stream().map(SqlColumn::name).toList());
    return isOneOf(names, key)
        || indexes.stream().anyMatch(i -> i.unique() && names.containsAll(i.columns()));
  }

  private static boolean isOneOf(Set<String> names, List<String> key) {
    return !key.isEmpty() && names.containsAll(key);
  }

  /** Whether an index is in the order of these columns. */
  boolean walks(List<String> wanted) {
    return (key.size() >= wanted.size() && key.subList(0, wanted.size()).equals(wanted))
        || indexes.stream()
            .anyMatch(
                i ->
                    i.ordered()
                        && i.columns().size() >= wanted.size()
                        && i.columns().subList(0, wanted.size()).equals(wanted));
  }

  /** Whether the primary key or a unique index is on exactly these columns, in any order. */
  boolean decides(List<String> wanted) {
    Set<String> names = Set.copyOf(wanted);
    return (!key.isEmpty() && names.equals(Set.copyOf(key)))
        || indexes.stream().anyMatch(i -> i.unique() && names.equals(Set.copyOf(i.columns())));
  }

  /** A unique index, or the primary key, on other columns than these. */
  Optional<String> otherUnique(List<String> wanted) {
    Set<String> names = Set.copyOf(wanted);
    if (!key.isEmpty() && !names.equals(Set.copyOf(key))) {
      return Optional.of("the primary key");
    }
    return indexes.stream()
        .filter(i -> i.unique() && !names.equals(Set.copyOf(i.columns())))
        .map(Index::name)
        .findFirst();
  }
}
