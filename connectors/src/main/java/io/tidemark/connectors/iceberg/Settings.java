package io.tidemark.connectors.iceberg;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.core.retry.TaskException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.apache.iceberg.CatalogProperties;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;

/**
 * What a spec says of the table to write.
 *
 * @param catalog which one knows the table
 * @param properties the catalog's, with {@code uri} and {@code warehouse}; may hold secrets
 * @param create whether a missing table is created
 * @param partitionedBy how a created table is partitioned, such as {@code day(at)}; empty: not at
 *     all
 * @param branch that the rows are appended to
 */
record Settings(
    CatalogKind catalog,
    Map<String, String> properties,
    TableIdentifier table,
    boolean create,
    List<String> partitionedBy,
    String branch) {

  private static final String AT = "sink.iceberg.";

  private static final Pattern SECRET =
      Pattern.compile(
          "//[^/@]*:[^/@]*@|[?&;][^=]*(password|pwd|secret|token)[^=]*=", Pattern.CASE_INSENSITIVE);

  /** The catalogs that there are. */
  enum CatalogKind {
    /** A folder of a mounted file system. */
    HADOOP,
    /** Tables of a database. */
    JDBC,
    /** A server that speaks Iceberg's REST protocol. */
    REST
  }

  Settings {
    properties = Map.copyOf(properties);
    partitionedBy = List.copyOf(partitionedBy);
  }

  static Settings of(JsonNode config) throws TaskException {
    JsonNode catalog = config.path("catalog");
    CatalogKind kind = kind(text(catalog, AT + "catalog.", "type"));
    Map<String, String> properties = new TreeMap<>();
    catalog.path("properties").properties().forEach(p -> put(properties, p));
    switch (kind) {
      case HADOOP -> properties.put(CatalogProperties.WAREHOUSE_LOCATION, folder(catalog));
      case JDBC -> {
        properties.put(CatalogProperties.URI, uri(catalog));
        properties.put(
            CatalogProperties.WAREHOUSE_LOCATION,
            fromAnywhere(text(catalog, AT + "catalog.", "warehouse")));
      }
      case REST -> {
        properties.put(CatalogProperties.URI, uri(catalog));
        if (catalog.has("warehouse")) {
          properties.put(CatalogProperties.WAREHOUSE_LOCATION, catalog.get("warehouse").asText());
        }
      }
    }
    List<String> partitionedBy = new ArrayList<>();
    config.path("partitionedBy").forEach(p -> partitionedBy.add(p.asText()));
    return new Settings(
        kind,
        properties,
        table(text(config, AT, "table")),
        !config.path("create").asText("if-missing").equals("never"),
        partitionedBy,
        config.path("branch").asText(SnapshotRef.MAIN_BRANCH));
  }

  private static void put(Map<String, String> properties, Map.Entry<String, JsonNode> property) {
    properties.put(property.getKey(), property.getValue().asText());
  }

  private static CatalogKind kind(String name) throws TaskException {
    return switch (name) {
      case "hadoop" -> CatalogKind.HADOOP;
      case "jdbc" -> CatalogKind.JDBC;
      case "rest" -> CatalogKind.REST;
      default ->
          throw TaskException.fatal(
              AT + "catalog.type: there is no '" + name + "'; there are: hadoop, jdbc, rest");
    };
  }

  // It stands in messages, so it must not hold what references were resolved to.
  private static String uri(JsonNode catalog) throws TaskException {
    String uri = text(catalog, AT + "catalog.", "uri");
    if (SECRET.matcher(uri).find()) {
      throw TaskException.fatal(
          AT
              + "catalog.uri holds a password; take it out and give it in catalog.properties, such"
              + " as jdbc.password: ${env:CATALOG_PASSWORD}");
    }
    return uri;
  }

  private static String folder(JsonNode catalog) throws TaskException {
    String warehouse = text(catalog, AT + "catalog.", "warehouse");
    if (!LakeFiles.isLocal(warehouse)) {
      throw TaskException.fatal(
          AT
              + "catalog.warehouse: a hadoop catalog is a folder of a mounted file system, and "
              + warehouse
              + " is none: there, two commits at the same time could not be told apart; use a"
              + " catalog of type jdbc or rest");
    }
    return fromAnywhere(warehouse);
  }

  /** A table's metadata holds the locations of its files, and is read from anywhere. */
  private static String fromAnywhere(String warehouse) {
    return !LakeFiles.isLocal(warehouse) || LakeFiles.path(warehouse).isAbsolute()
        ? warehouse
        : LakeFiles.path(warehouse).toAbsolutePath().normalize().toString();
  }

  private static TableIdentifier table(String name) throws TaskException {
    String[] levels = name.split("\\.", -1);
    boolean empty = false;
    for (String level : levels) {
      empty |= level.isEmpty() || level.equals("..") || level.contains("/");
    }
    if (levels.length < 2 || empty) {
      throw TaskException.fatal(
          AT + "table: '" + name + "' is no namespace and table; write it as sales.orders");
    }
    String[] namespace = java.util.Arrays.copyOf(levels, levels.length - 1);
    return TableIdentifier.of(Namespace.of(namespace), levels[levels.length - 1]);
  }

  private static String text(JsonNode config, String at, String key) throws TaskException {
    String value = config.path(key).asText("");
    if (value.isEmpty()) {
      throw TaskException.fatal(at + key + " is missing; add it");
    }
    return value;
  }

  /** Without what may be secret. */
  @Override
  public String toString() {
    return table + " in the " + where();
  }

  /** The catalog, for messages: its kind and place. */
  String where() {
    String place =
        switch (catalog) {
          case HADOOP -> properties.get(CatalogProperties.WAREHOUSE_LOCATION);
          case JDBC, REST -> properties.get(CatalogProperties.URI);
        };
    return catalog.name().toLowerCase(java.util.Locale.ROOT) + " catalog " + place;
  }
}
