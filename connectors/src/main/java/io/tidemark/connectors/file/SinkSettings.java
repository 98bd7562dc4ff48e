package io.tidemark.connectors.file;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.core.retry.TaskException;
import java.util.List;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;

/**
 * What a spec says of the files to write.
 *
 * @param where the setting that says where they go, such as {@code sink.file.path}, for messages
 * @param compression of Parquet pages and Avro blocks
 */
public record SinkSettings(String where, FileFormat format, CompressionCodecName compression) {

  /**
   * @param kind the connector's name
   * @param path the setting that says where the files go
   * @throws TaskException FATAL, naming the setting
   */
  public static SinkSettings of(JsonNode config, String kind, String path) throws TaskException {
    String where = "sink." + kind;
    FileFormat format =
        FileFormat.of(
            SourceSettings.text(config, where, "format"),
            where + ".format",
            List.of(FileFormat.values()));
    String compression = config.path("compression").asText("");
    if (!format.isTyped() && !compression.isEmpty()) {
      throw TaskException.fatal(
          where
              + ".compression: "
              + format.id()
              + " files are not compressed; leave it out or use parquet");
    }
    return new SinkSettings(
        where + "." + path,
        format,
        switch (compression) {
          case "", "zstd" -> CompressionCodecName.ZSTD;
          case "snappy" -> CompressionCodecName.SNAPPY;
          case "none" -> CompressionCodecName.UNCOMPRESSED;
          default ->
              throw TaskException.fatal(
                  where
                      + ".compression: there is no '"
                      + compression
                      + "'; there are: zstd, snappy, none");
        });
  }
}
