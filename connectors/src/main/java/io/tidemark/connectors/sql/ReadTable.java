package io.tidemark.connectors.sql;

import io.tidemark.connectors.api.SourceShape;
import io.tidemark.connectors.columns.AvroNames;
import io.tidemark.connectors.columns.NearNames;
import io.tidemark.connectors.cut.Cut;
import io.tidemark.core.retry.TaskException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.avro.Schema;

/**
 * A table that a spec reads.
 *
 * @param selected columns that rows have, in order
 * @param read its key and the queries along it
 * @param unique whether no two rows have the same key, but for those with a NULL in it
 */
record ReadTable(
    SqlTable table, List<SqlColumn> selected, KeyRead read, boolean unique, SourceShape shape) {

  /**
   * Looks at it.
   *
   * @throws TaskException FATAL, naming each column that cannot be read or be a key
   */
  static ReadTable of(Connection connection, SqlSourceSettings settings, SqlErrors errors)
      throws SQLException, TaskException {
    Dialect dialect = errors.dialect();
    Optional<SqlTable> found = dialect.table(connection, settings.table());
    if (found.isEmpty()) {
      throw errors.fatal(
          "there is no such table"
              + NearNames.hint(
                  settings.table().toString(), dialect.names(connection, settings.table())));
    }
    SqlTable table = found.get();
    List<SqlColumn> selected =
        settings.columns().isEmpty()
            ? table.columns()
            : named(table, settings.columns(), "source.jdbc.columns", errors);
    carried(selected, errors);
    List<SqlColumn> key = key(table, settings, errors);
    return new ReadTable(
        table,
        selected,
        new KeyRead(dialect, table, key, settings.where(), Optional.empty()),
        table.identifies(key),
        shape(dialect.words(connection), settings.table(), table, selected));
  }

  private static List<SqlColumn> named(
      SqlTable table, List<String> names, String setting, SqlErrors errors) throws TaskException {
    List<SqlColumn> columns = new ArrayList<>();
    for (String name : names) {
      Optional<SqlColumn> column = table.column(name);
      if (column.isEmpty()) {
        throw errors.fatal(
            setting
                + ": there is no column '"
                + name
                + "'"
                + NearNames.hint(name, table.columnNames()));
      }
      columns.add(column.get());
    }
    return columns;
  }

  private static void carried(List<SqlColumn> columns, SqlErrors errors) throws TaskException {
    List<String> problems =
        columns.stream()
            .filter(c -> c.held().kind() == Held.Kind.NONE)
            .map(
                c ->
                    "column '%s' is %s, which cannot be carried as it is"
                        .formatted(c.name(), c.type().isEmpty() ? "of no type" : c.type()))
            .toList();
    if (!problems.isEmpty()) {
      throw errors.fatal(
          String.join("; ", problems)
              + "; leave it out with source.jdbc.columns, or read a view that casts it");
    }
  }

  private static List<SqlColumn> key(SqlTable table, SqlSourceSettings settings, SqlErrors errors)
      throws TaskException {
    String setting = settings.cut().keySetting();
    List<String> names = wanted(table, settings, errors.dialect());
    if (names.isEmpty()) {
      throw errors.fatal(
          (table.view() ? "it is a view" : "it has no primary key")
              + "; set "
              + setting
              + " to columns "
              + (errors.dialect().wantsIndex() ? "that an index begins with" : "to cut it by"));
    }
    List<SqlColumn> key = named(table, names, setting, errors);
    for (SqlColumn c : key) {
      if (!c.held().ordered()) {
        throw errors.fatal(
            setting
                + ": column '"
                + c.name()
                + "' is "
                + c.type()
                + ", which cannot be a key here; give other columns");
      }
    }
    Optional<String> refused = refused(table, key, settings, errors);
    if (refused.isPresent()) {
      throw errors.fatal(refused.get());
    }
    if (!walked(table, names, errors.dialect())) {
      throw errors.fatal(
          "no index begins with ("
              + String.join(", ", names)
              + "), so that each chunk would read all of it; "
              + create(table, names, errors.dialect())
              + (settings.cut() instanceof Cut.ByTime
                  ? " or cut by key"
                  : " or set " + setting + " to columns that have one"));
    }
    return key;
  }

  // Of a time with the primary key behind it, so that chunks end between rows of the same time.
  private static List<String> wanted(SqlTable table, SqlSourceSettings settings, Dialect dialect) {
    if (!(settings.cut() instanceof Cut.ByTime time)) {
      return settings.key().isEmpty() ? table.key() : settings.key();
    }
    List<String> alone = List.of(time.column());
    List<String> exact = Cut.behind(time.column(), table.key());
    return walked(table, alone, dialect) && !walked(table, exact, dialect) ? alone : exact;
  }

  private static boolean walked(SqlTable table, List<String> names, Dialect dialect) {
    return table.view() || !dialect.wantsIndex() || table.walks(names);
  }

  private static String create(SqlTable table, List<String> names, Dialect dialect) {
    return "create one (CREATE INDEX … ON "
        + dialect.sql(table.name())
        + " ("
        + dialect.list(names)
        + "))";
  }

  // Why it cannot be cut that way; empty: it can.
  private static Optional<String> refused(
      SqlTable table, List<SqlColumn> key, SqlSourceSettings settings, SqlErrors errors)
      throws TaskException {
    Dialect dialect = errors.dialect();
    return switch (settings.cut()) {
      case Cut.ByTime t -> {
        SqlColumn column = key.getFirst();
        Optional<String> refused = t.refuses(column.held().type().name(), column.type());
        yield refused.isPresent() ? refused : dialect.timeless();
      }
      case Cut.ByList l -> {
        SqlColumn column =
            named(table, List.of(l.column()), "partition.list.column", errors).getFirst();
        if (!dialect.equates(column)) {
          yield Optional.of(
              "partition.list.column: '"
                  + column.name()
                  + "' is "
                  + column.type()
                  + ", whose values cannot be told to be equal; cut by key, or by another column");
        }
        if (l.groups().isEmpty() && !walked(table, List.of(l.column()), dialect)) {
          yield Optional.of(
              "partition.list.column: no index begins with '"
                  + l.column()
                  + "', so that to find its values would read the whole table; give values, or "
                  + create(table, Cut.behind(l.column(), table.key()), dialect));
        }
        yield l.refuses(
            dialect.list(key.stream().map(SqlColumn::name).toList()),
            !key.stream().allMatch(SqlColumn::notNull));
      }
      case Cut.ByHash h -> {
        List<SqlColumn> columns = named(table, h.columns(), "partition.hash.columns", errors);
        List<String> names = columns.stream().map(SqlColumn::name).toList();
        boolean read = columns.stream().noneMatch(c -> c.held().kind() == Held.Kind.NONE);
        yield read && dialect.bucket(columns, names, h.buckets()).isPresent()
            ? Optional.empty()
            : Optional.of(
                "partition.hash.columns: "
                    + dialect.product()
                    + " computes no bucket of ("
                    + String.join(", ", names)
                    + ") that stays the same; "
                    + dialect.unhashed());
      }
      case Cut.ByKey k -> Optional.empty();
      case Cut.ByBlocks b -> throw new IllegalArgumentException("refused with the settings");
    };
  }

  private static SourceShape shape(
      String words, TableName name, SqlTable table, List<SqlColumn> selected) {
    List<String> fields = AvroNames.of(selected.stream().map(SqlColumn::name).toList());
    List<Schema.Field> all = new ArrayList<>();
    for (int i = 0; i < fields.size(); i++) {
      SqlColumn c = selected.get(i);
      Schema type = c.held().schema();
      all.add(
          c.notNull()
              ? AvroNames.marked(new Schema.Field(fields.get(i), type), c.name())
              : AvroNames.nullable(fields.get(i), c.name(), type));
    }
    Schema schema =
        Schema.createRecord(
            AvroNames.of(List.of(name.table())).getFirst(), null, "tidemark.row", false, all);
    schema.addProp(SourceShape.DIALECT, words);
    return new SourceShape(
        name.toString(),
        schema,
        selected.stream()
            .map(c -> new SourceShape.Column(c.name(), c.type(), !c.notNull()))
            .toList(),
        selected.containsAll(
                table.key().stream().map(table::column).flatMap(Optional::stream).toList())
            ? table.key()
            : List.of());
  }
}
