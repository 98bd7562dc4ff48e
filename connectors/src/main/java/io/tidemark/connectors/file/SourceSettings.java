package io.tidemark.connectors.file;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.connectors.columns.ColumnType;
import io.tidemark.core.retry.TaskException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a spec says of the files to read.
 *
 * @param where what messages call it, such as {@code source.file}
 * @param path a file, a folder or a glob, as the storage understands it
 * @param header whether the first record of each CSV file names the columns
 * @param delimiter the byte between CSV fields
 * @param types declared types by column name, in the order of the spec; empty: none declared
 * @param nulls text that an unquoted CSV field must be to mean NULL
 * @param sliceBytes bytes that each slice aims at
 */
public record SourceSettings(
    String where,
    String path,
    FileFormat format,
    boolean header,
    byte delimiter,
    Map<String, ColumnType> types,
    String nulls,
    long sliceBytes) {

  private static final long MEGABYTE = 1 << 20;
  private static final long DEFAULT_MEGABYTES = 64;
  private static final List<String> CSV_ONLY = List.of("header", "delimiter", "nulls");

  /**
   * @param kind the connector's name
   * @param path the setting that says where the files are
   * @throws TaskException FATAL, naming the setting
   */
  public static SourceSettings of(JsonNode config, JsonNode partition, String kind, String path)
      throws TaskException {
    String where = "source." + kind;
    FileFormat format =
        FileFormat.of(
            text(config, where, "format"), where + ".format", List.of(FileFormat.values()));
    if (format != FileFormat.CSV) {
      for (String key : CSV_ONLY) {
        if (config.has(key)) {
          throw TaskException.fatal(
              where + "." + key + ": only csv has it, and format is " + format.id());
        }
      }
    }
    if (format.isTyped() && config.has("schema")) {
      throw TaskException.fatal(
          where + ".schema: " + format.id() + " files bring their own types; leave it out");
    }
    return new SourceSettings(
        where,
        text(config, where, path),
        format,
        config.path("header").asBoolean(true),
        delimiter(where, config.path("delimiter").asText(",")),
        types(where, config.path("schema")),
        config.path("nulls").asText(""),
        sliceBytes(partition));
  }

  /**
   * A text that must be there.
   *
   * @param where the path of the object in the spec
   */
  public static String text(JsonNode config, String where, String key) throws TaskException {
    String value = config.path(key).asText("");
    if (value.isEmpty()) {
      throw TaskException.fatal(where + "." + key + " is missing in the spec");
    }
    return value;
  }

  private static byte delimiter(String where, String text) throws TaskException {
    char c = text.length() == 1 ? text.charAt(0) : '"';
    if (c > 126 || c == '"' || c == '\r' || c == '\n') {
      throw TaskException.fatal(
          where
              + ".delimiter: must be one ASCII character other than a quote or a line end,"
              + " such as ';' or \"\\t\"");
    }
    return (byte) c;
  }

  private static Map<String, ColumnType> types(String where, JsonNode schema) throws TaskException {
    Map<String, ColumnType> types = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> e : schema.properties()) {
      try {
        types.put(e.getKey(), ColumnType.of(e.getValue().asText()));
      } catch (IllegalArgumentException x) {
        throw new TaskException(
            io.tidemark.schemas.avro.FailureKind.FATAL,
            "",
            where + ".schema: column '" + e.getKey() + "': " + x.getMessage(),
            x);
      }
    }
    return Collections.unmodifiableMap(types);
  }

  private static long sliceBytes(JsonNode partition) throws TaskException {
    if (partition == null || partition.isMissingNode() || partition.isNull()) {
      return DEFAULT_MEGABYTES * MEGABYTE;
    }
    for (Map.Entry<String, JsonNode> e : partition.properties()) {
      if (!e.getKey().equals("file")) {
        throw TaskException.fatal(
            "partition: files are cut by 'file', not by '"
                + e.getKey()
                + "'; write {file: {megabytes: 64}}");
      }
    }
    double megabytes = partition.path("file").path("megabytes").asDouble(DEFAULT_MEGABYTES);
    long bytes = (long) (megabytes * MEGABYTE);
    if (bytes < 1) {
      throw TaskException.fatal("partition.file.megabytes: must be above 0");
    }
    return bytes;
  }
}
