package io.tidemark.schemas.spec;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** What a JSON Schema cannot say in plain words: rules that tie one key to another. */
final class CrossChecks {

  /**
   * Which ways of cutting belong to which kind of source, the usual first; other kinds take any.
   */
  private static final Map<String, List<String>> CUTS_OF =
      Map.of(
          "jdbc", List.of("key", "time", "list", "hash", "physical"),
          "file", List.of("file"),
          "s3", List.of("file"),
          "kafka", List.of("offset", "time"));

  private static final List<String> FORMATS =
      List.of("parquet", "csv", "jsonl", "avro", "json", "string", "bytes");

  private static final String FALLBACK_CUT = "key";

  private final YamlTree tree;
  private final Problems problems;

  CrossChecks(YamlTree tree, Problems problems) {
    this.tree = tree;
    this.problems = problems;
  }

  /** How a source is cut when its spec does not say. */
  static String usualCut(JsonNode source) {
    return CUTS_OF.entrySet().stream()
        .filter(e -> source.has(e.getKey()))
        .map(e -> e.getValue().getFirst())
        .findFirst()
        .orElse(FALLBACK_CUT);
  }

  /** Runs on documents that are not valid as well, and is silent where a value is none. */
  void check() {
    partition();
    formats();
    waits();
    window();
    probes();
  }

  private void window() {
    JsonNode window = tree.root().path("window");
    if (window.isTextual() && !window.asText().isEmpty()) {
      try {
        ChangeWindow.parse(window.asText());
      } catch (IllegalArgumentException e) {
        problems.add(tree.value("window"), "window", e.getMessage(), "");
      }
    }
  }

  private void probes() {
    JsonNode probes = tree.root().path("probes");
    for (int i = 0; probes.isArray() && i < probes.size(); i++) {
      probe("probes[" + i + "]", probes.get(i));
    }
  }

  private void probe(String path, JsonNode probe) {
    if (!probe.isObject()) {
      return;
    }
    List<String> kinds =
        Stream.of("sql", "replicationLag", "chunkLatency").filter(probe::has).toList();
    if (kinds.size() != 1) {
      problems.add(
          tree.value(path),
          path,
          kinds.isEmpty() ? "asks nothing" : "has " + String.join(" and ", kinds),
          "give it one of sql, replicationLag and chunkLatency");
      return;
    }
    String kind = kinds.get(0);
    require(path, probe, "on", !kind.equals("chunkLatency"), kind);
    require(path, probe, "limit", kind.equals("sql"), kind);
    if (!kind.equals("sql") && probe.has("name")) {
      problems.add(tree.value(path), path + ".name", "means nothing with " + kind, "remove it");
    }
  }

  private void require(String path, JsonNode probe, String key, boolean wanted, String kind) {
    if (probe.has(key) != wanted) {
      problems.add(
          tree.value(path),
          path,
          wanted ? "needs " + key + " with " + kind : key + " means nothing with " + kind,
          wanted ? "add it" : "remove it");
    }
  }

  private void partition() {
    JsonNode root = tree.root();
    CUTS_OF.forEach(
        (kind, cuts) -> {
          List<String> others =
              CUTS_OF.values().stream()
                  .flatMap(List::stream)
                  .distinct()
                  .filter(c -> !cuts.contains(c) && root.path("partition").has(c))
                  .toList();
          if (root.path("source").has(kind)
              && cuts.stream().noneMatch(root.path("partition")::has)) {
            for (String other : others) {
              problems.add(
                  tree.key("partition." + other),
                  "partition." + other,
                  "a " + kind + " source cannot be cut by " + other,
                  "use " + either(cuts) + ", or leave partition out");
            }
          }
        });
    time(root);
    JsonNode list = root.at("/partition/list");
    if (list.path("others").asBoolean() && !list.has("values")) {
      problems.add(
          tree.key("partition.list.others"),
          "partition.list.others",
          "means nothing without values, as each value has a partition then",
          "remove it, or give values");
    }
    JsonNode key = root.at("/partition/key");
    if (key.has("rows") && key.has("count")) {
      problems.add(
          tree.key("partition.key.count"),
          "partition.key",
          "has both rows and count, and each says how many partitions there are",
          "keep one of them");
    }
  }

  private void time(JsonNode root) {
    JsonNode time = root.at("/partition/time");
    boolean topic = root.path("source").has("kafka");
    if (!time.isObject() || problems.has("partition.time")) {
      return;
    }
    if (!topic && root.path("source").has("jdbc") && !time.has("column")) {
      problems.add(
          tree.key("partition.time"),
          "partition.time",
          "needs a column",
          "add it, such as column: created_at");
    }
    for (String key : List.of("column", "tail")) {
      if (topic && time.has(key)) {
        problems.add(
            tree.key("partition.time." + key),
            "partition.time." + key,
            "means nothing for a topic, which is cut by its records' timestamps up to where it ends",
            "remove it");
      }
    }
  }

  private static String either(List<String> names) {
    int last = names.size() - 1;
    return last == 0
        ? names.get(0)
        : String.join(", ", names.subList(0, last)) + " or " + names.get(last);
  }

  private void formats() {
    for (String kind : List.of("file", "s3")) {
      onlyFor(
          "source." + kind,
          Map.of(
              "header", List.of("csv"),
              "delimiter", List.of("csv"),
              "nulls", List.of("csv"),
              "schema", List.of("csv", "jsonl")));
      onlyFor("sink." + kind, Map.of("compression", List.of("parquet", "avro")));
    }
    onlyFor(
        "source.kafka",
        Map.of(
            "schema", List.of("avro", "json"),
            "schemaFile", List.of("avro"),
            "encoding", List.of("avro"),
            "registry", List.of("avro")));
    onlyFor("sink.kafka", Map.of("encoding", List.of("avro"), "registry", List.of("avro")));
  }

  // A format that there is not is another's to refuse.
  private void onlyFor(String path, Map<String, List<String>> needs) {
    JsonNode file = tree.root().at("/" + path.replace('.', '/'));
    String format = file.path("format").asText();
    needs.forEach(
        (key, formats) -> {
          if (file.has(key) && FORMATS.contains(format) && !formats.contains(format)) {
            problems.add(
                tree.key(path + "." + key),
                path + "." + key,
                "means nothing for format " + format,
                "remove it; it is for " + String.join(" and ", formats));
          }
        });
  }

  private void waits() {
    Optional<Duration> initial = duration("initial", "200ms");
    Optional<Duration> max = duration("max", "30s");
    if (initial.isPresent() && max.isPresent() && initial.get().compareTo(max.get()) > 0) {
      String key = tree.root().path("retry").has("max") ? "max" : "initial";
      problems.add(
          tree.value("retry." + key),
          "retry." + key,
          "the first wait is longer than the longest: initial is "
              + initial.get().toMillis()
              + " ms, max is "
              + max.get().toMillis()
              + " ms",
          "raise max or lower initial");
    }
  }

  private Optional<Duration> duration(String key, String byDefault) {
    String path = "retry." + key;
    return problems.has(path)
        ? Optional.empty()
        : Optional.of(Units.duration(tree.root().path("retry").path(key).asText(byDefault)));
  }
}
