package io.tidemark.connectors.cut;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.connectors.columns.NearNames;
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
import java.util.stream.Stream;

/** The way in which a spec cuts a table. */
public sealed interface Cut {

  /** Of a partition of blocks, where the spec does not say. */
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
    /**
     * Why a column cannot be cut so; empty: it can.
     *
     * @param type {@code date}, {@code timestamp} or {@code timestamptz}; any other holds no times
     * @param told its type in the database's own words
     */
    public Optional<String> refuses(String type, String told) {
      String named = "'" + column + "' is of type " + told;
      if (!List.of("date", "timestamp", "timestamptz").contains(type)) {
        return Optional.of(
            "partition.time.column: "
                + named
                + ", not date, timestamp or timestamptz; cut by key, or by another column");
      }
      if (!type.equals("timestamptz") && zone.isPresent()) {
        return Optional.of(
            "partition.time.zone: "
                + named
                + ", which holds days and hours without a zone; leave zone out");
      }
      return type.equals("date") && !windows.ofDays()
          ? Optional.of("partition.time.step: " + named + ", of whole days; give P1D or more")
          : Optional.empty();
    }

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
    /**
     * Why it cannot be read by a key; empty: it can.
     *
     * @param key its columns, as SQL names them
     * @param nullable whether rows may have a NULL there
     */
    public Optional<String> refuses(String key, boolean nullable) {
      boolean leavesOut = !groups.isEmpty() && !others;
      return leavesOut && nullable
          ? Optional.of(
              "partition.list.key: with others: false, rows whose key ("
                  + key
                  + ") has a NULL cannot be told apart by value; give a key without NULLs, or leave"
                  + " others out")
          : Optional.empty();
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
    public List<RowFilter> behind(Optional<RowFilter> last) {
      int next =
          last.isPresent() && last.get() instanceof RowFilter.Hashed h
              ? h.filter().getBucket() + 1
              : 0;
      return IntStream.range(next, buckets).mapToObj(this::bucket).toList();
    }

    /** The filter of one bucket. */
    public RowFilter bucket(int bucket) {
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

  /** A column and those behind it, each once. */
  static List<String> behind(String first, List<String> columns) {
    return Stream.concat(Stream.of(first), columns.stream()).distinct().toList();
  }

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
      case "hash" -> hash(given);
      default ->
          throw TaskException.fatal(
              "partition: a jdbc source is cut by 'key', 'time', 'list', 'hash' or 'physical', not by '"
                  + way
                  + "'; write {key: {…}}");
    };
  }

  private static Cut time(JsonNode given) throws TaskException {
    Optional<ZoneId> zone = Optional.empty();
    Optional<String> name = Optional.ofNullable(given.path("zone").textValue());
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
          TimeWindows.of(given.path("step").asText(), zone.orElse(ZoneOffset.UTC));
      return new ByTime(given.path("column").asText(), windows, zone);
    } catch (IllegalArgumentException e) {
      throw TaskException.fatal("partition.time.step: " + e.getMessage());
    }
  }

  private static Cut hash(JsonNode given) {
    List<String> columns = new ArrayList<>();
    given.path("columns").forEach(c -> columns.add(c.asText()));
    return new ByHash(List.copyOf(columns), given.path("buckets").asInt());
  }

  private static Cut list(JsonNode given) throws TaskException {
    String column = given.path("column").asText();
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
