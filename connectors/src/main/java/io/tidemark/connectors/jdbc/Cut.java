package io.tidemark.connectors.jdbc;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.connectors.columns.NearNames;
import io.tidemark.core.plan.TimeWindows;
import io.tidemark.core.retry.TaskException;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Optional;

/** The way in which a spec cuts a table. */
sealed interface Cut {

  /** Ranges of a key, of so many rows each. */
  record ByKey() implements Cut {
    @Override
    public String keySetting() {
      return "partition.key.columns";
    }
  }

  /**
   * Windows of time.
   *
   * @param windows what the step and the zone give
   * @param zone where days begin; empty: the spec does not say, so that it is UTC
   */
  record ByTime(String column, TimeWindows windows, Optional<ZoneId> zone) implements Cut {
    @Override
    public String keySetting() {
      return "partition.time.column";
    }
  }

  /** The setting that says which columns rows are read in the order of. */
  String keySetting();

  /**
   * The way that a spec's {@code partition} names.
   *
   * @param given its settings, whose form was checked by the spec's JSON Schema
   * @throws TaskException FATAL if it is none for a table, or one of its settings cannot be
   */
  static Cut of(String way, JsonNode given) throws TaskException {
    return switch (way) {
      case "key" -> new ByKey();
      case "time" -> time(given);
      default ->
          throw TaskException.fatal(
              "partition: a jdbc source is cut by 'key' or 'time', not by '"
                  + way
                  + "'; write {key: {…}}");
    };
  }

  private static Cut time(JsonNode given) throws TaskException {
    Optional<ZoneId> zone = Optional.empty();
    Optional<String> name = Settings.optional(given, "zone");
    if (name.isPresent()) {
      try {
        zone = Optional.of(ZoneId.of(name.get()));
      } catch (DateTimeException e) {
        throw TaskException.fatal(
            "partition.time.zone: there is no zone '"
                + name.get()
                + "'"
                + NearNames.hint(
                    name.get(), ZoneId.getAvailableZoneIds().stream().sorted().toList()));
      }
    }
    try {
      TimeWindows windows =
          TimeWindows.of(Settings.text(given, "step"), zone.orElse(ZoneOffset.UTC));
      return new ByTime(Settings.text(given, "column"), windows, zone);
    } catch (IllegalArgumentException e) {
      throw TaskException.fatal("partition.time.step: " + e.getMessage());
    }
  }
}
