package io.tidemark.connectors.jdbc;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.connectors.cut.Cut;
import io.tidemark.connectors.sql.Settings;
import io.tidemark.connectors.sql.TableName;
import io.tidemark.core.retry.TaskException;
import java.util.List;
import java.util.Optional;

/**
 * What a spec says of a source table.
 *
 * @param columns columns to read, in this order; empty: all
 * @param where SQL condition that rows must meet
 * @param key columns to read in the order of, in key order; empty: the primary key, or what the way
 *     of cutting wants
 * @param rows rows that each slice aims at; {@code count} is 0 then, or the other way round
 * @param count slices to aim at, or 0
 * @param tail whether a last slice, open above, takes keys that appear after planning
 * @param cut the way of cutting
 */
record SourceSettings(
    PostgresEndpoint endpoint,
    TableName table,
    List<String> columns,
    Optional<String> where,
    List<String> key,
    long rows,
    long count,
    boolean tail,
    Cut cut) {

  private static final long DEFAULT_ROWS = 200_000;

  static SourceSettings of(JsonNode config, JsonNode partition) throws TaskException {
    String way = partition == null || partition.isEmpty() ? "key" : partition.fieldNames().next();
    JsonNode given = partition == null ? config.path("-") : partition.path(way);
    Cut cut = Cut.of(way, given);
    if (given.has("rows") && given.has("count")) {
      throw TaskException.fatal("partition.key: give 'rows' or 'count', not both");
    }
    long count = given.path("count").asLong(0);
    return new SourceSettings(
        PostgresEndpoint.of(config),
        TableName.parse(Settings.text(config, "table")),
        Settings.texts(config, "columns"),
        Settings.optional(config, "where"),
        Settings.texts(given, cut instanceof Cut.ByKey ? "columns" : "key"),
        count > 0 ? 0 : given.path("rows").asLong(DEFAULT_ROWS),
        count,
        given.path("tail").asBoolean(false),
        cut);
  }
}
