package io.tidemark.connectors.jdbc;

import java.util.Collection;
import java.util.stream.Collectors;

/** Quoting. */
final class Sql {

  private Sql() {}

  /** An identifier, always quoted. */
  static String ident(String name) {
    return "\"" + name.replace("\"", "\"\"") + "\"";
  }

  /** Identifiers with commas between. */
  static String idents(Collection<String> names) {
    return names.stream().map(Sql::ident).collect(Collectors.joining(", "));
  }

  /** A text literal; sessions run with {@code standard_conforming_strings}. */
  static String literal(String text) {
    return "'" + text.replace("'", "''") + "'";
  }
}
