package io.tidemark.connectors.jdbc;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.core.retry.TaskException;
import java.util.List;
import java.util.Optional;

/**
 * What a spec says of a source table.
 *
 * @param columns columns to read, in this order; empty: all
 * @param where SQL condition that rows must meet
 * @param key columns to cut by, in key order; empty: the primary key
 * @param rows rows that each slice aims at; {@code count} is 0 then, or the other way round
 * @param count slices to aim at, or 0
 * @param tail whether a last slice, open above, takes keys that appear after planning
 * @param megabytes size of each slice where the table is cut by its blocks; 0: by key
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
    long megabytes) {

  private static final long DEFAULT_ROWS = 200_000;
  private static final long DEFAULT_MEGABYTES = 64;

  /** Whether it is cut by where its rows lie. */
  boolean physical() {
    return megabytes > 0;
  }

  static SourceSettings of(JsonNode config, JsonNode partition) throws TaskException {
    if (partition != null && partition.isObject()) {
      for (String way : partition.propertyStream().map(e -> e.getKey()).toList()) {
        if (!way.equals("key") && !way.equals("physical")) {
          throw TaskException.fatal(
              "partition: a jdbc source is cut by 'key' or 'physical', not by '"
                  + way
                  + "'; write {key: {…}}");
        }
      }
    }
    JsonNode key = partition == null ? config.path("-") : partition.path("key");
    if (key.has("rows") && key.has("count")) {
      throw TaskException.fatal("partition.key: give 'rows' or 'count', not both");
    }
    long count = key.path("count").asLong(0);
    return new SourceSettings(
        PostgresEndpoint.of(config),
        TableName.parse(Settings.text(config, "table")),
        Settings.texts(config, "columns"),
        Settings.optional(config, "where"),
        Settings.texts(key, "columns"),
        count > 0 ? 0 : key.path("rows").asLong(DEFAULT_ROWS),
        count,
        key.path("tail").asBoolean(false),
        partition != null && partition.has("physical")
            ? partition.at("/physical/megabytes").asLong(DEFAULT_MEGABYTES)
            : 0);
  }
}
