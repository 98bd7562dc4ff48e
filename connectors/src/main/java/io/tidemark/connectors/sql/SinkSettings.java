package io.tidemark.connectors.sql;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.connectors.api.SourceShape;
import io.tidemark.connectors.columns.NearNames;
import io.tidemark.core.retry.TaskException;
import java.util.List;
import java.util.Optional;

/**
 * What a spec says of a target table.
 *
 * @param mode what happens to a row whose key is already there
 * @param create whether a missing table is created
 * @param key columns that identify a row in the target; empty: the source's key
 */
public record SinkSettings(TableName table, Mode mode, boolean create, List<String> key) {

  /** What happens to a row whose key is already there. */
  public enum Mode {
    /** It fails on the table's constraint. */
    INSERT("insert"),
    /** It replaces the one that is there; of several in one chunk, the last read wins. */
    UPSERT("upsert"),
    /** It is left out; of several in one chunk, the first read wins. */
    INSERT_IGNORE("insert-ignore");

    private final String word;

    Mode(String word) {
      this.word = word;
    }

    /** As a spec writes it. */
    public String word() {
      return word;
    }
  }

  /**
   * Reads them.
   *
   * @throws TaskException FATAL if one of them cannot be
   */
  public static SinkSettings of(JsonNode config) throws TaskException {
    String mode = Settings.optional(config, "mode").orElse("insert");
    String create = Settings.optional(config, "create").orElse("if-missing");
    return new SinkSettings(
        TableName.parse(Settings.text(config, "table")),
        switch (mode) {
          case "insert" -> Mode.INSERT;
          case "upsert" -> Mode.UPSERT;
          case "insert-ignore" -> Mode.INSERT_IGNORE;
          default ->
              throw TaskException.fatal(
                  "sink.jdbc.mode '" + mode + "' is none of insert, upsert, insert-ignore");
        },
        switch (create) {
          case "if-missing" -> true;
          case "never" -> false;
          default ->
              throw TaskException.fatal(
                  "sink.jdbc.create '" + create + "' is none of if-missing, never");
        },
        Settings.texts(config, "key"));
  }

  /** The columns that identify a row in the target. */
  public List<String> keyOf(SourceShape source) {
    return key.isEmpty() ? source.key() : key;
  }

  /** Why rows cannot be told apart by that key in a mode that wants it; empty: they can be. */
  public Optional<String> lacksKey(List<String> key, SourceShape source) {
    if (key.isEmpty()) {
      return Optional.of(
          "mode " + mode.word() + " wants a key and the source has none; set sink.jdbc.key");
    }
    List<String> names = source.columns().stream().map(SourceShape.Column::name).toList();
    return key.stream()
        .filter(k -> !names.contains(k))
        .findFirst()
        .map(
            k ->
                "sink.jdbc.key: the source does not deliver '"
                    + k
                    + "'"
                    + NearNames.hint(k, names));
  }

  /**
   * What to say of progress that another log has left.
   *
   * @param table where the progress is
   * @param partitions of how many
   * @param forget the statement that removes it
   */
  public static String leftover(Object table, long partitions, String backfill, String forget) {
    return table
        + " holds the progress of "
        + partitions
        + " partitions of "
        + backfill
        + ", which this Kafka cluster has no plan of: it was archived, it ran on another one, or its"
        + " topics were lost. Nothing was changed. To copy all rows again, empty the target as far"
        + " as its old rows are in the way and run: "
        + forget
        + "; or give the spec a new name";
  }
}
