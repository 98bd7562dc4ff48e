package io.tidemark.schemas.spec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/** Reads specs. Immutable and thread-safe; make one and keep it. */
public final class SpecParser {

  private static final int DEFAULT_ROWS = 200_000;

  private final SpecSchema schema;

  /** For the connectors that Tidemark brings. */
  public SpecParser() {
    this(Map.of());
  }

  /**
   * Takes further connectors as well, each both as source and as sink.
   *
   * @param connectors JSON Schema (draft 2020-12) of each one's settings, by the name that stands
   *     in specs; its {@code title} stands in messages as "must be …", its {@code default}s are
   *     filled in
   */
  public SpecParser(Map<String, JsonNode> connectors) {
    this.schema = new SpecSchema(connectors);
  }

  /** Takes further connectors whose settings are not looked at, but for literal secrets. */
  public static SpecParser permitting(String... connectors) {
    Map<String, JsonNode> schemas = new HashMap<>();
    for (String connector : connectors) {
      schemas.put(connector, JsonNodeFactory.instance.objectNode());
    }
    return new SpecParser(schemas);
  }

  /**
   * The spec that the text holds.
   *
   * @param yaml at most 1048576 characters
   * @param fileName what messages call it
   * @throws SpecException with everything that is wrong with it
   */
  public Spec parse(String yaml, String fileName) throws SpecException {
    Problems problems = new Problems(fileName);
    YamlTree tree = YamlReader.read(yaml, problems);
    SecretRules.check(tree, yaml, problems);
    schema.validate(tree, problems);
    new CrossChecks(tree, problems).check();
    problems.throwIfAny();
    return spec(tree.root(), yaml);
  }

  private Spec spec(JsonNode valid, String text) {
    ObjectNode withPartition = valid.deepCopy();
    if (!valid.has("partition")) {
      withPartition.putObject("partition").putObject(CrossChecks.usualCut(valid.path("source")));
    }
    ObjectNode full = schema.filled(withPartition);
    // Defaults that depend on another key, which a JSON Schema cannot say.
    if (full.at("/partition/key") instanceof ObjectNode key && !key.has("count")) {
      putIfAbsent(key, "rows", JsonNodeFactory.instance.numberNode(DEFAULT_ROWS));
    }
    for (String kind : List.of("file", "s3")) {
      if (full.at("/source/" + kind) instanceof ObjectNode files
          && files.path("format").asText().equals("csv")) {
        putIfAbsent(files, "header", JsonNodeFactory.instance.booleanNode(true));
        putIfAbsent(files, "delimiter", JsonNodeFactory.instance.textNode(","));
      }
    }
    JsonNode chunk = full.get("chunk");
    JsonNode retry = full.get("retry");
    return new Spec(
        full.get("name").asText(),
        full.get("domain").asText(),
        config(full.get("source")),
        config(full.get("partition")),
        new TransformSettings(
            texts(full.at("/transform/rename")), texts(full.at("/transform/cast"))),
        config(full.get("sink")),
        new ChunkSettings(
            Units.duration(chunk.get("target").asText()),
            chunk.get("rows").asInt(),
            Units.bytes(chunk.get("bytes").asText())),
        new RetrySettings(
            retry.get("attempts").asInt(),
            Units.duration(retry.get("initial").asText()),
            Units.duration(retry.get("max").asText()),
            Units.duration(retry.get("outage").asText())),
        deadLetters(full.get("deadLetters")),
        operation(full),
        CanonicalJson.sha256(valid),
        text);
  }

  private static DeadLetterSettings deadLetters(JsonNode given) {
    // Whoever gives a share only wants no other limit.
    long count = given.path("count").asLong(given.has("share") ? Long.MAX_VALUE : 0);
    return new DeadLetterSettings(count, given.path("share").asDouble(1));
  }

  private static OperationSettings operation(JsonNode full) {
    JsonNode limits = full.get("limits");
    List<Probe> probes = new ArrayList<>();
    for (JsonNode probe : full.get("probes")) {
      probes.add(probe(probe, probes.size() + 1));
    }
    return new OperationSettings(
        new LimitSettings(
            rate(limits, "rowsPerSecond"),
            rate(limits, "sourceRowsPerSecond"),
            limits.has("lanes")
                ? OptionalInt.of(limits.get("lanes").asInt())
                : OptionalInt.empty()),
        full.get("priority").asInt(),
        full.has("window")
            ? Optional.of(ChangeWindow.parse(full.get("window").asText()))
            : Optional.empty(),
        full.get("approval").asBoolean(),
        probes);
  }

  private static OptionalDouble rate(JsonNode limits, String key) {
    return limits.has(key) ? OptionalDouble.of(limits.get(key).asDouble()) : OptionalDouble.empty();
  }

  private static Probe probe(JsonNode given, int position) {
    if (given.has("chunkLatency")) {
      return new Probe.ChunkLatency(Units.duration(given.get("chunkLatency").asText()));
    }
    Probe.Side on = Probe.Side.valueOf(given.get("on").asText().toUpperCase(Locale.ROOT));
    if (given.has("replicationLag")) {
      return new Probe.ReplicationLag(on, Units.duration(given.get("replicationLag").asText()));
    }
    return new Probe.Sql(
        given.path("name").asText("sql " + position),
        on,
        given.get("sql").asText(),
        given.get("limit").asDouble());
  }

  private static Map<String, String> texts(JsonNode object) {
    Map<String, String> texts = new LinkedHashMap<>();
    object.properties().forEach(p -> texts.put(p.getKey(), p.getValue().asText()));
    return texts;
  }

  private static void putIfAbsent(ObjectNode object, String key, JsonNode value) {
    if (!object.has(key)) {
      object.set(key, value);
    }
  }

  private static ConnectorConfig config(JsonNode oneKey) {
    Map.Entry<String, JsonNode> only = List.copyOf(oneKey.properties()).get(0);
    return new ConnectorConfig(only.getKey(), only.getValue());
  }
}
