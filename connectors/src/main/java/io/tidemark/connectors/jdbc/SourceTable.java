package io.tidemark.connectors.jdbc;

import io.tidemark.connectors.api.RowFormat;
import io.tidemark.connectors.api.Rows;
import io.tidemark.connectors.api.SourceShape;
import io.tidemark.connectors.columns.NearNames;
import io.tidemark.connectors.cut.Cut;
import io.tidemark.connectors.jdbc.PostgresRowFormat.Form;
import io.tidemark.connectors.sql.Sql;
import io.tidemark.core.lifecycle.RowFilter;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.KeyRange;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/**
 * A source table as found, checked against what the spec wants of it.
 *
 * @param selected the columns to read, in order
 */
record SourceTable(
    PostgresTable table,
    List<PostgresTable.Column> selected,
    SourceSettings settings,
    PostgresErrors errors) {

  static SourceTable read(Connection connection, SourceSettings settings, PostgresErrors errors)
      throws SQLException, TaskException {
    PostgresCatalog catalog = new PostgresCatalog(connection);
    Optional<PostgresTable> found = catalog.table(settings.table());
    if (found.isEmpty()) {
      throw errors.fatal(
          "there is no such table"
              + NearNames.hint(settings.table().toString(), catalog.namesLike(settings.table())));
    }
    PostgresTable table = found.get();
    List<PostgresTable.Column> selected =
        settings.columns().isEmpty()
            ? table.columns()
            : columns(table, settings.columns(), "source.jdbc.columns", errors);
    if (selected.isEmpty()) {
      throw errors.fatal("it has no columns");
    }
    SourceTable result = new SourceTable(table, selected, settings, errors);
    // Asks for no row: finds out about permissions and the user's condition.
    try (Statement s = connection.createStatement()) {
      KeySql all = new KeySql(table.name(), List.of(), settings.where());
      s.execute(result.select(Form.BINARY) + all.from() + all.within(null, null) + " LIMIT 0");
    }
    return result;
  }

  private static List<PostgresTable.Column> columns(
      PostgresTable table, List<String> names, String setting, PostgresErrors errors)
      throws TaskException {
    List<PostgresTable.Column> columns = new ArrayList<>();
    for (String name : names) {
      Optional<PostgresTable.Column> column = table.column(name);
      if (column.isEmpty()) {
        throw errors.fatal(
            setting
                + ": it has no column '"
                + name
                + "'"
                + NearNames.hint(name, table.columnNames()));
      }
      columns.add(column.get());
    }
    return columns;
  }

  SourceShape shape() {
    return new SourceShape(
        table.name().toString(),
        PostgresAvro.record(table.name(), selected),
        selected.stream()
            .map(c -> new SourceShape.Column(c.name(), c.type().name(), !c.notNull()))
            .toList(),
        identity());
  }

  Optional<RowFormat> nativeFormat() {
    return PostgresRowFormat.of(selected, table.server());
  }

  /** {@code SELECT} and the columns, as rows of that form want them. */
  String select(Form form) {
    return "SELECT " + expressions(form);
  }

  /** The columns, as rows of that form want them. */
  String expressions(Form form) {
    return selected.stream()
        .map(
            c ->
                switch (form) {
                  case BINARY -> Sql.ident(c.name());
                  case TEXT -> PostgresAvro.text(c);
                  case RECORDS -> PostgresAvro.mapping(c).expression();
                })
        .collect(Collectors.joining(", "));
  }

  /** Starts to copy out rows, as binary tuples of a form. */
  CopyOut copy(Connection connection, Form form, KeySql key, String condition) throws SQLException {
    return copy(connection, select(form) + key.from() + condition);
  }

  /** Starts to copy out what a query gives, as binary tuples. */
  static CopyOut copy(Connection connection, String query) throws SQLException {
    return connection
        .unwrap(PGConnection.class)
        .getCopyAPI()
        .copyOut("COPY (" + query + ") TO STDOUT (FORMAT BINARY)");
  }

  /** Hands on tuples of a form as the rows they are. */
  BinaryTuples.Taker taker(Form form, Rows out) {
    return form == Form.RECORDS
        ? new TupleRecords(
            shape().schema(), selected.stream().map(PostgresAvro::mapping).toList(), errors, out)
        : out::bytes;
  }

  /** That a copy broke off: a reason to try again. */
  static SQLException cutShort() {
    return new SQLException("the COPY stream ended before its end mark", "08006");
  }

  /**
   * The key to cut and to read by.
   *
   * @param planned the key columns of a slice; empty: those of the spec, or the primary key
   * @throws TaskException FATAL if there is none, no index walks it, or it cannot be compared
   */
  KeySql key(List<String> planned) throws TaskException {
    List<String> names = planned.isEmpty() ? wanted() : planned;
    refuseWhatCannotBeCut();
    if (names.isEmpty()) {
      throw errors.fatal(
          "it has no primary key; set " + settings.cut().keySetting() + candidates());
    }
    List<PostgresTable.Column> columns = columns(table, names, settings.cut().keySetting(), errors);
    PostgresTable.Column first = columns.getFirst();
    Optional<String> refused =
        switch (settings.cut()) {
          case Cut.ByTime t -> t.refuses(first.type().base(), first.type().name());
          case Cut.ByList l ->
              l.refuses(
                  Sql.idents(names), !columns.stream().allMatch(PostgresTable.Column::notNull));
          case Cut.ByKey k -> Optional.empty();
          case Cut.ByHash h -> Optional.empty();
          case Cut.ByBlocks b -> Optional.empty();
        };
    if (refused.isPresent()) {
      throw errors.fatal(refused.get());
    }
    walk(columns);
    refuseUnseen(columns, settings.cut().keySetting());
    return new KeySql(table.name(), columns, settings.where());
  }

  /**
   * @throws TaskException FATAL if it is a view, a foreign table or the parent of others
   */
  void refuseWhatCannotBeCut() throws TaskException {
    if (table.kind() == 'v' || table.kind() == 'f') {
      throw errors.fatal(
          "it is a "
              + (table.kind() == 'v' ? "view" : "foreign table")
              + " and has no index to cut it by; read its base table, with columns and where");
    }
    if (table.parent()) {
      throw errors.fatal(
          "other tables inherit from it, and no index or key of its own holds for their rows; copy"
              + " each of them by a spec of its own, and what stands in it alone from a materialized"
              + " view of SELECT * FROM ONLY "
              + table.name().sql());
    }
  }

  /** The key of a planned range, with its filter. */
  KeySql key(KeyRange range) throws TaskException {
    KeySql key = key(range.getColumns());
    Optional<RowFilter> filter = RowFilter.of(range);
    return filter.isPresent() ? key.only(filters().condition(filter.get())) : key;
  }

  /**
   * The filters of the spec's way of cutting; none if it takes none. Of hashes texts are compared.
   */
  FilterSql filters() throws TaskException {
    List<PostgresTable.Column> named =
        switch (settings.cut()) {
          case Cut.ByList l -> {
            String setting = "partition.list.column";
            List<PostgresTable.Column> listed =
                columns(table, List.of(l.column()), setting, errors);
            refuseUnseen(listed, setting);
            yield listed;
          }
          case Cut.ByHash h -> columns(table, h.columns(), "partition.hash.columns", errors);
          case Cut.ByKey k -> List.of();
          case Cut.ByTime t -> List.of();
          case Cut.ByBlocks b -> List.of();
        };
    return new FilterSql(table.name(), named);
  }

  private void refuseUnseen(List<PostgresTable.Column> compared, String setting)
      throws TaskException {
    for (PostgresTable.Column c : compared) {
      if (!c.unseen().isEmpty()) {
        throw errors.fatal(
            setting
                + ": '"
                + c.name()
                + "' is of type "
                + c.type().name()
                + ", whose operators are in the schema '"
                + c.unseen()
                + "', which is not on the search path, so that those of another type would be taken"
                + " and rows be missed; add it for the source's user (ALTER ROLE … SET search_path ="
                + " \"$user\", public, "
                + Sql.ident(c.unseen())
                + ") or in the url (currentSchema=public,"
                + c.unseen()
                + ")");
      }
    }
  }

  /** What another index would save, or none can; empty: nothing to tell. */
  Optional<String> cost(KeySql key) throws TaskException {
    List<String> names = key.key().stream().map(PostgresTable.Column::name).toList();
    String all = "every partition walks all of " + walk(key.key()).name();
    return switch (settings.cut()) {
      case Cut.ByKey k -> Optional.empty();
      case Cut.ByBlocks b -> Optional.empty();
      case Cut.ByTime t ->
          names.size() > 1 || table.primaryKey().isEmpty() || table.primaryKey().equals(names)
              ? Optional.empty()
              : Optional.of(
                  "no chunk ends between rows of the same time; with an index on ("
                      + Sql.idents(Cut.behind(t.column(), table.primaryKey()))
                      + ") they do");
      case Cut.ByHash h -> Optional.of(all + ", " + h.buckets() + " times in all");
      case Cut.ByList l -> {
        List<String> own = Cut.behind(l.column(), names);
        yield walked(own)
            ? Optional.empty()
            : Optional.of(
                all
                    + "; with an index on ("
                    + Sql.idents(own)
                    + "), one of a single value does not");
      }
    };
  }

  /**
   * The column of a list as a key.
   *
   * @throws TaskException FATAL if its values are to be found, and no index begins with it
   */
  KeySql listed(Cut.ByList list) throws TaskException {
    KeySql column = new KeySql(table.name(), filters().columns(), settings.where());
    if (list.groups().isEmpty() && !walked(List.of(list.column()))) {
      throw errors.fatal(
          "partition.list.column: no index begins with '"
              + list.column()
              + "', so that to find its values would read the whole table; give values, or create"
              + " one (CREATE INDEX CONCURRENTLY ON "
              + table.name().sql()
              + " ("
              + Sql.idents(Cut.behind(list.column(), table.primaryKey()))
              + "))");
    }
    return column;
  }

  private List<String> wanted() {
    if (!(settings.cut() instanceof Cut.ByTime time)) {
      return settings.key().isEmpty() ? table.primaryKey() : settings.key();
    }
    // With the primary key behind it, chunks end between rows of the same time.
    List<String> alone = List.of(time.column());
    List<String> exact = Cut.behind(time.column(), table.primaryKey());
    return walked(alone) && !walked(exact) ? alone : exact;
  }

  private boolean walked(List<String> names) {
    return table.indexes().stream().anyMatch(i -> i.walks(names));
  }

  /** The index that walks the key. */
  PostgresTable.Index walk(List<PostgresTable.Column> key) throws TaskException {
    List<String> names = key.stream().map(PostgresTable.Column::name).toList();
    for (PostgresTable.Index index : table.indexes()) {
      if (index.walks(names)) {
        return index;
      }
    }
    throw errors.fatal(
        "no index begins with the key columns ("
            + String.join(", ", names)
            + "), so that each step would sort the whole table; create one (CREATE INDEX"
            + " CONCURRENTLY ON "
            + table.name().sql()
            + " ("
            + Sql.idents(names)
            + "))"
            + (settings.cut() instanceof Cut.ByTime
                ? " or cut by key"
                : " or set " + settings.cut().keySetting() + candidates()));
  }

  private String candidates() {
    String indexed =
        table.indexes().stream()
            .filter(i -> i.unique() && i.walks(i.names()))
            .map(i -> "[" + String.join(", ", i.names()) + "]")
            .collect(Collectors.joining(" or "));
    return indexed.isEmpty()
        ? "; it has no unique index that would do"
        : " to " + indexed + ", which a unique index covers";
  }

  // What identifies a row: the primary key, or key columns that a unique index covers.
  private List<String> identity() {
    List<String> names = selected.stream().map(PostgresTable.Column::name).toList();
    List<String> primary = table.primaryKey();
    if (!primary.isEmpty() && names.containsAll(primary)) {
      return primary;
    }
    boolean unique =
        !settings.key().isEmpty()
            && names.containsAll(settings.key())
            && selected.stream().allMatch(c -> c.notNull() || !settings.key().contains(c.name()))
            && table.indexes().stream().anyMatch(i -> i.decides(settings.key()));
    return unique ? settings.key() : List.of();
  }
}
