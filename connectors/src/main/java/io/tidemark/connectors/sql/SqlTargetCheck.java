package io.tidemark.connectors.sql;

import io.tidemark.connectors.api.SourceShape;
import io.tidemark.connectors.columns.NearNames;
import io.tidemark.connectors.sql.SinkSettings.Mode;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.avro.Schema;

/** Finds everything about a target that does not fit a source. Touches nothing. */
final class SqlTargetCheck {

  private final Connection connection;
  private final Dialect dialect;
  private final SinkSettings settings;
  private final SourceShape source;
  private final List<String> names;
  private final List<String> problems = new ArrayList<>();

  SqlTargetCheck(
      Connection connection, Dialect dialect, SinkSettings settings, SourceShape source) {
    this.connection = connection;
    this.dialect = dialect;
    this.settings = settings;
    this.source = source;
    this.names = source.columns().stream().map(SourceShape.Column::name).toList();
  }

  /** What does not fit, one sentence each with its remedy; empty: all fits. */
  List<String> problems() throws SQLException {
    if (!dialect.modes().contains(settings.mode())) {
      problems.add(
          "mode "
              + settings.mode().word()
              + " is not to be had for "
              + dialect.product()
              + "; use mode insert");
    }
    Optional<SqlTable> found = dialect.table(connection, settings.table());
    if (found.isPresent()) {
      existing(found.get());
    } else if (settings.create()) {
      creatable();
    } else {
      problems.add(
          "there is no such table"
              + NearNames.hint(
                  settings.table().toString(), dialect.names(connection, settings.table()))
              + " Create it, or set create: if-missing");
    }
    return problems;
  }

  private void existing(SqlTable table) {
    if (table.view()) {
      problems.add("it is not a table but a view; give the table behind it");
      return;
    }
    if (!table.obstacle().isEmpty()) {
      problems.add(table.obstacle());
    }
    for (int i = 0; i < names.size(); i++) {
      Optional<SqlColumn> column = table.column(names.get(i));
      if (column.isEmpty()) {
        problems.add(
            "it has no column '"
                + names.get(i)
                + "': add it, or leave it out of the source's columns"
                + NearNames.hint(names.get(i), table.columnNames()));
      } else {
        column(source.schema().getFields().get(i).schema(), column.get());
      }
    }
    for (SqlColumn c : table.columns()) {
      if (!c.optional() && c.unwritable().isEmpty() && !names.contains(c.name())) {
        problems.add(
            "its column '"
                + c.name()
                + "' is NOT NULL without a default and the source does not deliver it; give it a"
                + " default, or add it to the source's columns");
      }
    }
    key(table);
  }

  private void column(Schema from, SqlColumn to) {
    if (!to.unwritable().isEmpty()) {
      problems.add(
          "its column '"
              + to.name()
              + "' "
              + to.unwritable()
              + "; change it, or leave it out of the source's columns");
      return;
    }
    try {
      TargetColumns.converter(from, to, dialect);
    } catch (IllegalArgumentException e) {
      problems.add(
          "column '"
              + to.name()
              + "' "
              + e.getMessage()
              + "; its column here is "
              + to.type()
              + ": cast it with transform.cast, or change the table");
    }
  }

  private void key(SqlTable table) {
    List<String> key = settings.keyOf(source);
    if (settings.mode() == Mode.INSERT || !keyDelivered(key)) {
      return;
    }
    if (!table.decides(key)) {
      problems.add(
          "mode "
              + settings.mode().word()
              + " wants a primary key or a unique index on exactly ("
              + String.join(", ", key)
              + "), which is missing; create one (CREATE UNIQUE INDEX … ON "
              + dialect.sql(table.name())
              + " ("
              + dialect.list(key)
              + ")) or set sink.jdbc.key to the columns of one that is there");
    }
    dialect
        .ambiguous(table, key)
        .ifPresent(
            why ->
                problems.add(
                    "mode "
                        + settings.mode().word()
                        + " could change a row of another key: "
                        + why
                        + "; drop that index until the backfill is over, or use mode insert"));
  }

  private boolean keyDelivered(List<String> key) {
    Optional<String> lack = settings.lacksKey(key, source);
    lack.ifPresent(problems::add);
    return lack.isEmpty();
  }

  private void creatable() throws SQLException {
    if (settings.mode() != Mode.INSERT || !settings.key().isEmpty()) {
      keyDelivered(settings.keyOf(source));
    }
    String words = dialect.words(connection);
    for (int i = 0; i < names.size(); i++) {
      if (TargetColumns.type(source, i, settings.keyOf(source), dialect, words).isEmpty()) {
        problems.add(
            "column '"
                + names.get(i)
                + "' is "
                + source.columns().get(i).nativeType()
                + ", for which "
                + dialect.product()
                + " has no type; create the table yourself, or cast it with transform.cast");
      }
    }
  }
}
