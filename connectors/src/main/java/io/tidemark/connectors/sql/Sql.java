package io.tidemark.connectors.sql;

import java.util.Collection;
import java.util.stream.Collectors;

/** Quoting. */
public final class Sql {

  private Sql() {}

  /** An identifier, always quoted. */
  public static String ident(String name) {
    return "\"" + name.replace("\"", "\"\"") + "\"";
  }

  /** Identifiers with commas between. */
  public static String idents(Collection<String> names) {
    return names.stream().map(Sql::ident).collect(Collectors.joining(", "));
  }

  /** A text literal; sessions run with {@code standard_conforming_strings}. */
  public static String literal(String text) {
    return "'" + text.replace("'", "''") + "'";
  }
}
