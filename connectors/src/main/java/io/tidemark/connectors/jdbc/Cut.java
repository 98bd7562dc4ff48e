package io.tidemark.connectors.jdbc;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.connectors.columns.NearNames;
import io.tidemark.connectors.sql.Settings;
import io.tidemark.core.lifecycle.RowFilter;
import io.tidemark.core.plan.TimeWindows;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.HashFilter;
import io.tidemark.schemas.avro.ListFilter;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** The way in which a spec cuts a table. */
sealed interface Cut {

  long DEFAULT_MEGABYTES = 64;

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

  /**
   * Values of a column.
   *
   * @param groups the values of each slice, as the spec has them; empty: those that there are
   * @param others whether all other rows are a slice as well
   */
  record ByList(String column, List<ListFilter> groups, boolean others) implements Cut {
    /** Whether some rows are in no slice. */
    boolean leavesOut() {
      return !groups.isEmpty() && !others;
    }

    @Override
    public String keySetting() {
      return "partition.list.key";
    }
  }

  /** Buckets of a hash. */
  record ByHash(List<String> columns, int buckets) implements Cut {
    @Override
    public String keySetting() {
      return "partition.hash.key";
    }

    /** The filters behind one, in order; empty: all. */
    List<RowFilter> behind(Optional<RowFilter> last) {
      int next =
          last.isPresent() && last.get() instanceof RowFilter.Hashed h
              ? h.filter().getBucket() + 1
              : 0;
      return IntStream.range(next, buckets).mapToObj(this::bucket).toList();
    }

    /** The filter of one bucket. */
    RowFilter bucket(int bucket) {
      return new RowFilter.Hashed(new HashFilter(columns, bucket, buckets));
    }
  }

  /**
   * Where the rows lie.
   *
   * @param megabytes size of each slice
   */
  record ByBlocks(long megabytes) implements Cut {
    @Override
    public String keySetting() {
      return "partition.key.columns";
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
      case "list" -> list(given);
      case "physical" -> new ByBlocks(given.path("megabytes").asLong(DEFAULT_MEGABYTES));
      case "hash" -> new ByHash(Settings.texts(given, "columns"), given.path("buckets").asInt());
      default ->
          throw TaskException.fatal(
              "partition: a jdbc source is cut by 'key', 'time', 'list', 'hash' or 'physical', not by '"
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

  private static Cut list(JsonNode given) throws TaskException {
    String column = Settings.text(given, "column");
    List<ListFilter> groups = new ArrayList<>();
    for (JsonNode value : given.path("values")) {
      List<String> texts = new ArrayList<>();
      boolean nulls = false;
      for (JsonNode each : value.isArray() ? value : List.of(value)) {
        if (!each.isNull()) {
          texts.add(each.asText());
        } else if (nulls) {
          throw nullTwice();
        }
        nulls |= each.isNull();
      }
      if (nulls && groups.stream().anyMatch(ListFilter::getNulls)) {
        throw nullTwice();
      }
      groups.add(new ListFilter(column, texts, nulls, false));
    }
    if (groups.isEmpty() && given.path("others").asBoolean()) {
      throw TaskException.fatal(
          "partition.list.others: without values, each that there is has a partition, and there"
              + " are no others; give values or remove others");
    }
    boolean others = !groups.isEmpty() && given.path("others").asBoolean(true);
    return new ByList(column, List.copyOf(groups), others);
  }

  private static TaskException nullTwice() {
    return TaskException.fatal("partition.list.values: null comes twice; give it once");
  }
}
