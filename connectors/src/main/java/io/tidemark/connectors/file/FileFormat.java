package io.tidemark.connectors.file;

import io.tidemark.core.retry.TaskException;
import java.util.List;
import java.util.Locale;

/** A format of files, by its name in specs and descriptors. */
public enum FileFormat {
  PARQUET,
  CSV,
  JSONL,
  AVRO;

  /** Endings of the names that a folder is searched for, lower case; new files get the first. */
  public List<String> endings() {
    return switch (this) {
      case PARQUET -> List.of(".parquet");
      case CSV -> List.of(".csv");
      case JSONL -> List.of(".jsonl", ".ndjson");
      case AVRO -> List.of(".avro");
    };
  }

  /** Whether a file of that name or path has one of the endings, in any case. */
  public boolean isEndingOf(String path) {
    String name = path.toLowerCase(Locale.ROOT);
    return endings().stream().anyMatch(name::endsWith);
  }

  /** Whether its files say what types their columns have. */
  boolean isTyped() {
    return switch (this) {
      case PARQUET, AVRO -> true;
      case CSV, JSONL -> false;
    };
  }

  /** Its name in specs: {@code parquet}, {@code csv}, {@code jsonl} or {@code avro}. */
  public String id() {
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
