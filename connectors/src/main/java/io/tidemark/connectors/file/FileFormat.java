package io.tidemark.connectors.file;

import io.tidemark.core.retry.TaskException;
import java.util.List;
import java.util.Locale;

/** A format of files, by its name in specs and descriptors. */
enum FileFormat {
  PARQUET,
  CSV,
  JSONL;

  /** Endings of the names that a folder is searched for, lower case; new files get the first. */
  List<String> endings() {
    return switch (this) {
      case PARQUET -> List.of(".parquet");
      case CSV -> List.of(".csv");
      case JSONL -> List.of(".jsonl", ".ndjson");
    };
  }

  /** Its name in specs: {@code parquet}, {@code csv} or {@code jsonl}. */
  String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The format of that name.
   *
   * @throws TaskException FATAL, naming the setting and what it may be
   */
  static FileFormat of(String id, String setting, List<FileFormat> allowed) throws TaskException {
    for (FileFormat f : allowed) {
      if (f.id().equals(id)) {
        return f;
      }
    }
    throw TaskException.fatal(
        setting
            + ": there is no format '"
            + id
            + "'; there are: "
            + String.join(", ", allowed.stream().map(FileFormat::id).toList()));
  }
}
