package io.tidemark.connectors.file;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.core.retry.TaskException;
import java.nio.file.Path;
import java.util.List;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;

/**
 * What a spec says of the files to write.
 *
 * @param root the folder that readers look into
 * @param compression of Parquet pages
 */
record SinkSettings(Path root, FileFormat format, CompressionCodecName compression) {

  static SinkSettings of(JsonNode config) throws TaskException {
    FileFormat format =
        FileFormat.of(
            SourceSettings.text(config, "sink.file", "format"),
            "sink.file.format",
            List.of(FileFormat.PARQUET, FileFormat.CSV));
    String compression = config.path("compression").asText("");
    if (format == FileFormat.CSV && !compression.isEmpty()) {
      throw TaskException.fatal(
          "sink.file.compression: csv files are not compressed; leave it out or use parquet");
    }
    return new SinkSettings(
        Path.of(SourceSettings.text(config, "sink.file", "path")),
        format,
        switch (compression) {
          case "", "zstd" -> CompressionCodecName.ZSTD;
          case "snappy" -> CompressionCodecName.SNAPPY;
          case "none" -> CompressionCodecName.UNCOMPRESSED;
          default ->
              throw TaskException.fatal(
                  "sink.file.compression: there is no '"
                      + compression
                      + "'; there are: zstd, snappy, none");
        });
  }
}
