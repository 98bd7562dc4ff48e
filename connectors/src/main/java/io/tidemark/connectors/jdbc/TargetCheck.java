package io.tidemark.connectors.jdbc;

import io.tidemark.connectors.api.SourceShape;
import io.tidemark.connectors.columns.NearNames;
import io.tidemark.connectors.sql.SinkSettings;
import io.tidemark.connectors.sql.Sql;
import io.tidemark.core.retry.TaskException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Finds everything about a target that does not fit a source. Touches nothing. */
final class TargetCheck {

  private static final String BASE =
      """
      WITH RECURSIVE base(typid) AS (
        SELECT to_regtype(?)::oid
        UNION ALL
        SELECT t.typbasetype FROM base b JOIN pg_type t ON t.oid = b.typid WHERE t.typtype = 'd')
      SELECT t.oid, t.typtype, t.typcategory, coalesce(format_type(nullif(t.typelem, 0), NULL), '')
      FROM base b JOIN pg_type t ON t.oid = b.typid WHERE t.typtype <> 'd'
      """;

  private static final String CAST =
      "SELECT 1 FROM pg_cast WHERE castsource = ? AND casttarget = ? AND castcontext IN ('i', 'a')";

  private record Base(long oid, String kind, String category, String element) {}

  private final Connection connection;
  private final PostgresCatalog catalog;
  private final SinkSettings settings;
  private final SourceShape source;
  private final List<String> problems = new ArrayList<>();

  TargetCheck(Connection connection, SinkSettings settings, SourceShape source) {
    this.connection = connection;
    this.catalog = new PostgresCatalog(connection);
    this.settings = settings;
    this.source = source;
  }

  /** What does not fit, one sentence each with its remedy; empty: all fits. */
  List<String> problems() throws SQLException, TaskException {
    Optional<PostgresTable> found = catalog.table(settings.table());
    if (found.isPresent()) {
      existing(found.get());
    } else if (settings.create()) {
      creatable();
    } else {
      problems.add(
          "there is no such table"
              + NearNames.hint(settings.table().toString(), catalog.namesLike(settings.table()))
              + " Create it, or set create: if-missing");
    }
    return problems;
  }

  private void existing(PostgresTable table) throws SQLException, TaskException {
    if (table.kind() != 'r' && table.kind() != 'p') {
      problems.add("it is not a table but a view or foreign table; give the table behind it");
      return;
    }
    Set<String> delivered = new HashSet<>();
    for (int i = 0; i < source.columns().size(); i++) {
      SourceShape.Column column = source.columns().get(i);
      delivered.add(column.name());
      Optional<PostgresTable.Column> target = table.column(column.name());
      if (target.isEmpty()) {
        problems.add(
            "it has no column '"
                + column.name()
                + "': add it, or leave it out of the source's columns"
                + NearNames.hint(column.name(), table.columnNames()));
      } else {
        column(TargetTable.type(source, i), target.get());
      }
    }
    for (PostgresTable.Column c : table.columns()) {
      if (c.notNull() && !c.hasDefault() && !c.generated() && !delivered.contains(c.name())) {
        problems.add(
            "its column '"
                + c.name()
                + "' is NOT NULL without a default, and the source does not deliver it; add a"
                + " default or deliver it");
      }
    }
    rights(table);
    key(table);
  }

  // A right on some columns counts: which ones are wanted is left to the statement.
  private void rights(PostgresTable table) throws SQLException {
    List<String> wanted =
        switch (settings.mode()) {
          case INSERT -> List.of("INSERT");
          case INSERT_IGNORE -> List.of("INSERT", "SELECT");
          case UPSERT -> List.of("INSERT", "SELECT", "UPDATE");
        };
    List<String> missing = new ArrayList<>();
    try (PreparedStatement s =
        connection.prepareStatement("SELECT has_any_column_privilege(?, ?)")) {
      for (String right : wanted) {
        s.setString(1, table.name().sql());
        s.setString(2, right);
        try (ResultSet r = s.executeQuery()) {
          if (!r.next() || !r.getBoolean(1)) {
            missing.add(right);
          }
        }
      }
    }
    if (!missing.isEmpty()) {
      String rights = String.join(", ", missing);
      problems.add(
          "the user of the sink may not "
              + rights
              + "; GRANT "
              + rights
              + " ON "
              + table.name().sql()
              + " to it");
    }
  }

  private void column(String from, PostgresTable.Column target) throws SQLException {
    String name = target.name();
    if (target.generated()) {
      problems.add(
          "its column '"
              + name
              + "' is GENERATED ALWAYS and cannot be written; leave it out of the source's columns");
    } else if (!from.equals(target.type().name()) && !fits(from, target.type().name())) {
      problems.add(
          "column '"
              + name
              + "' is "
              + from
              + " at the source and "
              + target.type().name()
              + " here, which it cannot become; make the types agree, or make it text here");
    } else if (settings.mode() == SinkSettings.Mode.UPSERT
        && target.identityAlways()
        && !settings.keyOf(source).contains(name)) {
      problems.add(
          "its column '"
              + name
              + "' is GENERATED ALWAYS AS IDENTITY and cannot be updated by mode upsert; make it"
              + " GENERATED BY DEFAULT, or leave it out of the source's columns");
    }
  }

  private void key(PostgresTable table) {
    List<String> key = settings.keyOf(source);
    if (settings.mode() == SinkSettings.Mode.INSERT || !keyDelivered(key)) {
      return;
    }
    if (table.indexes().stream().noneMatch(i -> i.decides(key))) {
      problems.add(
          "mode "
              + settings.mode().word()
              + " wants a unique index on exactly ("
              + String.join(", ", key)
              + "), which is missing; create one (CREATE UNIQUE INDEX ON "
              + table.name().sql()
              + " ("
              + Sql.idents(key)
              + ")) or set sink.jdbc.key to the columns of one that is there");
    }
  }

  private boolean keyDelivered(List<String> key) {
    Optional<String> lack = settings.lacksKey(key, source);
    lack.ifPresent(problems::add);
    return lack.isEmpty();
  }

  private void creatable() throws SQLException, TaskException {
    if (!settings.table().schema().isEmpty() && !schemaExists()) {
      problems.add(
          "there is no schema '"
              + settings.table().schema()
              + "'; create it (CREATE SCHEMA "
              + Sql.ident(settings.table().schema())
              + ")");
    }
    if (settings.mode() != SinkSettings.Mode.INSERT || !settings.key().isEmpty()) {
      keyDelivered(settings.keyOf(source));
    }
    for (int i = 0; i < source.columns().size(); i++) {
      String type = TargetTable.type(source, i);
      if (!catalog.knows(type)) {
        problems.add(
            "the type "
                + type
                + " of column '"
                + source.columns().get(i).name()
                + "' does not exist in this database; create the type, or create the table with"
                + " another one, such as text");
      }
    }
  }

  private boolean schemaExists() throws SQLException {
    try (PreparedStatement s =
        connection.prepareStatement("SELECT to_regnamespace(?) IS NOT NULL")) {
      s.setString(1, Sql.ident(settings.table().schema()));
      try (ResultSet r = s.executeQuery()) {
        return r.next() && r.getBoolean(1);
      }
    }
  }

  // Values travel as text, so that text on either side leaves it to the values. Domains and arrays
  // fit as what they are made of does.
  private boolean fits(String from, String to) throws SQLException {
    Base source = base(from);
    Base target = base(to);
    if (source == null || target == null || source.oid() == target.oid()) {
      return true;
    }
    if (source.category().equals("S") || target.category().equals("S")) {
      return true;
    }
    if (source.category().equals("A") && target.category().equals("A")) {
      return fits(source.element(), target.element());
    }
    return (source.kind().equals("e") && target.kind().equals("e")) || casts(source, target);
  }

  // Null: a type that this database does not know; its values come in their text form.
  private Base base(String type) throws SQLException {
    try (PreparedStatement s = connection.prepareStatement(BASE)) {
      s.setString(1, type);
      try (ResultSet r = s.executeQuery()) {
        return r.next()
            ? new Base(r.getLong(1), r.getString(2), r.getString(3), r.getString(4))
            : null;
      }
    }
  }

  private boolean casts(Base source, Base target) throws SQLException {
    try (PreparedStatement s = connection.prepareStatement(CAST)) {
      s.setLong(1, source.oid());
      s.setLong(2, target.oid());
      try (ResultSet r = s.executeQuery()) {
        return r.next();
      }
    }
  }
}
