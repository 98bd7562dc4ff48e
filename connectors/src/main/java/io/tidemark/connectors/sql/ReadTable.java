package io.tidemark.connectors.sql;

import io.tidemark.connectors.api.SourceShape;
import io.tidemark.connectors.columns.AvroNames;
import io.tidemark.connectors.columns.NearNames;
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
 * @param unique whether no two rows have the same key
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
        new KeyRead(dialect, table, key, settings.where()),
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
    List<String> names = settings.key().isEmpty() ? table.key() : settings.key();
    if (names.isEmpty()) {
      throw errors.fatal(
          (table.view() ? "it is a view" : "it has no primary key")
              + "; set partition.key.columns to columns "
              + (errors.dialect().wantsIndex() ? "that an index begins with" : "to cut it by"));
    }
    List<SqlColumn> key = named(table, names, "partition.key.columns", errors);
    for (SqlColumn c : key) {
      if (!c.held().ordered()) {
        throw errors.fatal(
            "partition.key.columns: column '"
                + c.name()
                + "' is "
                + c.type()
                + ", which cannot be a key here; give other columns");
      }
    }
    if (!table.view() && errors.dialect().wantsIndex() && !table.walks(names)) {
      throw errors.fatal(
          "no index begins with ("
              + String.join(", ", names)
              + "), so that each chunk would read all of it; create one (CREATE INDEX … ON "
              + errors.dialect().sql(table.name())
              + " ("
              + errors.dialect().list(names)
              + ")) or set partition.key.columns to columns that have one");
    }
    return key;
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
