package io.tidemark.connectors.sql;

import io.tidemark.core.retry.TaskException;
import java.util.ArrayList;
import java.util.List;

/**
 * A table as a spec names it: {@code orders}, {@code shop.orders} or {@code "odd.schema"."Odd
 * Table"}. Names are taken as they stand, without folding of case; a part in double quotes may hold
 * dots, and two quotes stand for one.
 *
 * @param schema empty where the server's search path decides
 */
public record TableName(String schema, String table) {

  /**
   * Reads it.
   *
   * @throws TaskException FATAL if it is malformed
   */
  public static TableName parse(String text) throws TaskException {
    List<String> parts = new ArrayList<>();
    StringBuilder part = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"') {
        if (quoted && i + 1 < text.length() && text.charAt(i + 1) == '"') {
          part.append('"');
          i++;
        } else {
          quoted = !quoted;
        }
      } else if (c == '.' && !quoted) {
        parts.add(part.toString());
        part.setLength(0);
      } else {
        part.append(c);
      }
    }
    parts.add(part.toString());
    if (quoted || parts.size() > 2 || parts.contains("")) {
      throw TaskException.fatal(
          "table '"
              + text
              + "' is not a table name; write table or schema.table, with double quotes round a"
              + " part that holds a dot");
    }
    return parts.size() == 1
        ? new TableName("", parts.get(0))
        : new TableName(parts.get(0), parts.get(1));
  }

  /** Quoted, as it stands in SQL. */
  public String sql() {
    return schema.isEmpty() ? Sql.ident(table) : Sql.ident(schema) + "." + Sql.ident(table);
  }

  /** For people. */
  @Override
  public String toString() {
    return schema.isEmpty() ? table : schema + "." + table;
  }
}
