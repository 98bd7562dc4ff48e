package io.tidemark.schemas.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;

/**
 * The schema registry, as far as Avro needs it: the REST calls of Confluent's API that other
 * registries answer as well. Schemas never change, so what was found once is kept; that an id is
 * unknown is kept for half a minute, so that many foreign records do not become as many questions.
 * Thread-safe.
 *
 * <p>Every method throws {@link RegistryUnavailableException} if no address answers in time, and
 * {@link RegistryException} if one refuses.
 */
public final class RegistryClient {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int NOT_FOUND = 404;
  private static final int SUBJECT_NOT_FOUND = 40401;
  private static final int VERSION_NOT_FOUND = 40402;
  private static final int SCHEMA_NOT_FOUND = 40403;
  private static final int LEVEL_NOT_FOUND = 40408;
  private static final int MAX_REFERENCES = 100;
  private static final int MAX_ABSENT = 1_000;
  private static final long ABSENT_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final RegistryHttp http;
  private final Map<Integer, Schema> byId = new ConcurrentHashMap<>();
  private final Map<Integer, Long> absent = new ConcurrentHashMap<>();

  RegistryClient(RegistrySettings settings) {
    this.http = new RegistryHttp(settings);
  }

  /** The addresses, without credentials; for messages. */
  public String shown() {
    return http.shown();
  }

  /**
   * Registers a schema under a subject, or finds that it is there.
   *
   * @return its id
   */
  public int register(String subject, Schema schema) {
    String what = "register subject " + subject;
    RegistryHttp.Answer answer =
        http.question(what).ask("POST", "/subjects/" + path(subject) + "/versions", body(schema));
    return known(answer.require(what), schema);
  }

  /**
   * The id of a schema under a subject.
   *
   * @return empty if it is not registered there
   */
  public Optional<Integer> idOf(String subject, Schema schema) {
    String what = "look up subject " + subject;
    RegistryHttp.Answer answer =
        http.question(what).ask("POST", "/subjects/" + path(subject), body(schema));
    return answer.is(NOT_FOUND, SUBJECT_NOT_FOUND, SCHEMA_NOT_FOUND)
        ? Optional.empty()
        : Optional.of(known(answer.require(what), schema));
  }

  private int known(JsonNode answer, Schema schema) {
    JsonNode id = answer.path("id");
    if (!id.isInt()) {
      throw new RegistryException(
          "the schema registry at " + shown() + " answers without an id; is it one?", 0);
    }
    byId.putIfAbsent(id.intValue(), schema);
    return id.intValue();
  }

  /**
   * The schema of an id, with all that it refers to.
   *
   * @return empty if the registry knows no such id
   * @throws RegistryException also if it is no Avro schema
   */
  public Optional<Schema> find(int id) {
    Schema known = byId.get(id);
    if (known != null) {
      return Optional.of(known);
    }
    if (absent(id)) {
      return Optional.empty();
    }
    String what = "schema " + id;
    RegistryHttp.Question question = http.question("give " + what);
    RegistryHttp.Answer answer = question.ask("GET", "/schemas/ids/" + id, Optional.empty());
    if (answer.is(NOT_FOUND, SCHEMA_NOT_FOUND)) {
      if (absent.size() >= MAX_ABSENT) {
        absent.clear();
      }
      absent.put(id, System.nanoTime());
      return Optional.empty();
    }
    Schema found = parse(question, answer.require("give " + what), what);
    byId.put(id, found);
    return Optional.of(found);
  }

  /** Whether {@link #find} would answer without asking. */
  boolean met(int id) {
    return byId.containsKey(id) || absent(id);
  }

  private boolean absent(int id) {
    Long since = absent.get(id);
    return since != null && System.nanoTime() - since < ABSENT_NANOS;
  }

  /** The compatibility level that a subject has of its own; empty: none, the registry's holds. */
  public Optional<String> compatibility(String subject) {
    String what = "tell the compatibility of subject " + subject;
    RegistryHttp.Answer answer =
        http.question(what).ask("GET", "/config/" + path(subject), Optional.empty());
    return answer.is(NOT_FOUND, SUBJECT_NOT_FOUND, LEVEL_NOT_FOUND)
        ? Optional.empty()
        : Optional.of(answer.require(what).path("compatibilityLevel").asText());
  }

  /** Gives a subject, which need not exist yet, a compatibility level of its own. */
  public void compatibility(String subject, String level) {
    String what = "set the compatibility of subject " + subject + " to " + level;
    ObjectNode body = JSON.createObjectNode().put("compatibility", level);
    http.question(what)
        .ask("PUT", "/config/" + path(subject), Optional.of(body.toString()))
        .require(what);
  }

  private static Optional<String> body(Schema schema) {
    return Optional.of(JSON.createObjectNode().put("schema", schema.toString()).toString());
  }

  private static String path(String subject) {
    // Of a form: there a space is +, which a path would take literally.
    return URLEncoder.encode(subject, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private Schema parse(RegistryHttp.Question question, JsonNode answer, String what) {
    Schema.Parser parser = new Schema.Parser();
    // What others once wrote with is read as it is: a default that does not fit is no harm.
    parser.setValidateDefaults(false);
    try {
      Set<String> seen = new HashSet<>();
      references(question, answer, parser, seen);
      return parser.parse(text(answer, what));
    } catch (AvroRuntimeException e) {
      throw new RegistryException(
          "the schema registry at "
              + shown()
              + " gives "
              + what
              + ", which is no Avro schema: "
              + e.getMessage(),
          0);
    }
  }

  /** Parses what a schema refers to before it is parsed itself, the innermost first. */
  private void references(
      RegistryHttp.Question question, JsonNode answer, Schema.Parser parser, Set<String> seen) {
    for (JsonNode reference : answer.path("references")) {
      String subject = reference.path("subject").asText();
      int version = reference.path("version").asInt();
      String what = "version " + version + " of subject " + subject;
      if (!seen.add(what)) {
        continue;
      }
      if (seen.size() > MAX_REFERENCES) {
        throw new RegistryException(
            "a schema at " + shown() + " refers to more than " + MAX_REFERENCES + " others", 0);
      }
      RegistryHttp.Answer found =
          question.ask(
              "GET", "/subjects/" + path(subject) + "/versions/" + version, Optional.empty());
      if (found.is(NOT_FOUND, SUBJECT_NOT_FOUND, VERSION_NOT_FOUND)) {
        throw new RegistryException(
            "the schema registry at "
                + shown()
                + " has lost "
                + what
                + ", which another schema refers to; register it again",
            NOT_FOUND);
      }
      JsonNode schema = found.require("give " + what);
      references(question, schema, parser, seen);
      parser.parse(text(schema, what));
    }
  }

  private String text(JsonNode answer, String what) {
    String type = answer.path("schemaType").asText("AVRO");
    if (!type.equals("AVRO") || !answer.path("schema").isTextual()) {
      throw new RegistryException(
          "the schema registry at "
              + shown()
              + " gives "
              + what
              + " as "
              + type
              + ", where an Avro schema is needed",
          0);
    }
    return answer.path("schema").textValue();
  }

  static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      // A proxy's page, say: it has none of the fields that are asked for.
      return JSON.createObjectNode();
    }
  }
}
