package io.tidemark.reconciler.status;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.tidemark.reconciler.flow.MalformedRecords;
import io.tidemark.reconciler.flow.Queries;
import io.tidemark.reconciler.flow.TopologyFixture;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The description against a running server, in both directions. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OpenApiTest {

  private static final JsonNode DOCUMENT = Operation.DOCUMENT;
  private static final String COMMANDS = "/api/v1/backfills/{id}/commands";
  private static final Pattern NAMES = Pattern.compile("there are \\[([a-z_, ]*)]");

  private ApiFixture api;

  @BeforeAll
  void start(@TempDir Path directory) {
    api = new ApiFixture(directory, false);
  }

  @AfterAll
  void stop() {
    api.close();
  }

  static Stream<Operation> operations() {
    return Operation.documented();
  }

  static Stream<Operation> reads() {
    return operations().filter(o -> o.method().equals("GET"));
  }

  @Test
  void shouldDescribeExactlyTheRoutesThereAre(@TempDir Path directory) {
    List<String> routes;
    try (TopologyFixture topology = new TopologyFixture(directory);
        EventFeed events = EventFeed.start(new Queries(topology), topology)) {
      Services services =
          new Services(
              new Queries(topology),
              topology,
              null,
              null,
              null,
              null,
              HttpFuzzTest.UP,
              new MalformedRecords(1),
              null);
      routes =
          Routes.of(new ServerSettings("t", "1", "h:1", Optional.empty(), 1_024), services, events)
              .stream()
              .map(r -> r.method().name() + " " + r.path().replace('<', '{').replace('>', '}'))
              .toList();
    }

    assertThat(operations().map(Operation::toString))
        .as("describe the route in openapi.json, or remove it there")
        .containsExactlyInAnyOrderElementsOf(routes);
  }

  @ParameterizedTest
  @MethodSource("reads")
  void shouldAnswerAsDescribed(Operation read) throws Exception {
    if (read.path().equals("/api/v1/events")) {
      return; // Does not end: EventFeedTest reads it.
    }
    HttpResponse<String> answer = api.get(read.answered());

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    holds(read, answer);
  }

  @ParameterizedTest
  @MethodSource("operations")
  void shouldRefuseAnUnknownParameterAndNameExactlyThoseDescribed(Operation operation)
      throws Exception {
    HttpRequest.Builder request = api.request(operation.address() + "?surprise=1");
    if (operation.method().equals("POST")) {
      request
          .header("Content-Type", "application/json")
          .POST(HttpRequest.BodyPublishers.ofString("{}"));
    }

    HttpResponse<String> answer = api.send(request);

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
    holds(operation, answer);
    Matcher names = NAMES.matcher(api.tree(answer).get("detail").asText());
    Set<String> told =
        new TreeSet<>(names.find() ? List.of(names.group(1).split(", ")) : List.of());
    Set<String> described = new TreeSet<>();
    operation
        .description()
        .path("parameters")
        .forEach(
            p -> {
              if (p.path("in").asText().equals("query")) {
                described.add(p.get("name").asText());
              }
            });
    assertThat(told).isEqualTo(described);
  }

  @ParameterizedTest
  @MethodSource("operations")
  void shouldRefuseOtherMethodsAsDescribedProblem(Operation operation) throws Exception {
    HttpResponse<String> answer =
        api.send(
            api.request(operation.address()).method("DELETE", HttpRequest.BodyPublishers.noBody()));

    assertThat(answer.statusCode()).isEqualTo(405);
    assertThat(problems("Problem", answer.body())).isEmpty();
    assertThat(answer.body()).contains("takes only " + operation.method());
  }

  static Stream<Operation.Wrong> wrong() {
    return reads().flatMap(Operation::wrong);
  }

  @ParameterizedTest
  @MethodSource("wrong")
  void shouldSayAsDescribedWhatThereIsNotOrCannotBe(Operation.Wrong wrong) throws Exception {
    HttpResponse<String> answer = api.get(wrong.address());

    assertThat(answer.statusCode()).as(answer.body()).isIn(400, 404, 503);
    holds(wrong.operation(), answer);
  }

  @Test
  void shouldAnswerCommandsAsDescribed() throws Exception {
    Operation command =
        operations().filter(o -> o.path().equals(COMMANDS)).findFirst().orElseThrow();

    HttpResponse<String> accepted =
        api.post(command.address(), "{\"type\":\"resume\",\"why\":\"done\",\"command_id\":\"c1\"}");
    HttpResponse<String> again =
        api.post(command.address(), "{\"type\":\"resume\",\"why\":\"done\",\"command_id\":\"c1\"}");
    HttpResponse<String> byHeader =
        api.post(command.address(), "{\"type\":\"resume\"}", "Idempotency-Key", "c1");
    HttpResponse<String> other =
        api.post(command.address(), "{\"type\":\"cancel\",\"command_id\":\"c1\"}");
    HttpResponse<String> refused = api.post(command.address(), "{\"type\":\"archive\"}");
    HttpResponse<String> wrong = api.post(command.address(), "{\"type\":\"explode\",\"x\":1}");

    assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(200);
    assertThat(again.body()).isEqualTo(accepted.body());
    assertThat(byHeader.body()).isEqualTo(accepted.body());
    assertThat(other.statusCode()).as(other.body()).isEqualTo(409);
    assertThat(refused.statusCode()).as(refused.body()).isEqualTo(409);
    assertThat(wrong.statusCode()).isEqualTo(400);
    assertThat(wrong.body()).contains("there is no field 'x'").contains("'explode' is none of");
    for (HttpResponse<String> answer : List.of(accepted, again, byHeader, other, refused, wrong)) {
      holds(command, answer);
    }
    JsonNode decisions = api.tree(api.get("/api/v1/decisions?limit=2")).get("decisions");
    assertThat(decisions.findValuesAsText("type")).containsExactlyInAnyOrder("ARCHIVE", "RESUME");
    assertThat(decisions.findValuesAsText("who")).containsOnly("local");
  }

  @Test
  void shouldRefuseToRetryAPartitionThatIsNotFailed() throws Exception {
    Operation command =
        operations().filter(o -> o.path().equals(COMMANDS)).findFirst().orElseThrow();
    String id =
        api.tree(api.get(command.address().replaceAll("/commands$", "/partitions")))
            .at("/partitions/0/descriptor/partition_id")
            .asText();

    HttpResponse<String> done = api.post(command.address(), retry(id));
    HttpResponse<String> unknown = api.post(command.address(), retry(id + "9"));

    assertThat(done.statusCode()).as(done.body()).isEqualTo(409);
    assertThat(done.body()).contains(id + " is ").contains("only what is FAILED");
    assertThat(unknown.statusCode()).as(unknown.body()).isEqualTo(409);
    assertThat(unknown.body()).contains("there is no partition");
    holds(command, done);
    holds(command, unknown);
    assertThat(
            api.tree(api.get("/api/v1/decisions?limit=2"))
                .get("decisions")
                .findValuesAsText("answer"))
        .as("it stands in the audit list, too")
        .anyMatch(a -> a.contains("only what is FAILED"))
        .anyMatch(a -> a.contains("there is no partition"));
  }

  private static String retry(String partition) {
    return "{\"type\":\"retry\",\"arguments\":{\"partition\":\"" + partition + "\"}}";
  }

  /** Status, media type and body are as described. */
  private void holds(Operation operation, HttpResponse<String> answer) throws Exception {
    JsonNode described = operation.description().at("/responses/" + answer.statusCode());
    assertThat(described.isMissingNode())
        .as("openapi.json describes no %d of %s", answer.statusCode(), operation)
        .isFalse();
    if (described.has("$ref")) {
      described = DOCUMENT.at(described.get("$ref").asText().substring(1));
    }
    String type = answer.headers().firstValue("content-type").orElse("").split(";", 2)[0];
    JsonNode content = described.get("content");
    JsonNode media = content.has(type) ? content.get(type) : content.get("*/*");
    assertThat(media).as("%s of %s is not described", type, operation).isNotNull();
    if (type.endsWith("json")) {
      assertThat(problems(media.get("schema"), answer.body())).as(answer.body()).isEmpty();
    }
  }

  private static List<String> problems(String component, String body) throws Exception {
    return problems(DOCUMENT.at("/components/schemas/" + component), body);
  }

  private static List<String> problems(JsonNode schema, String body) throws Exception {
    ObjectNode whole = schema.deepCopy();
    whole.set("components", DOCUMENT.get("components"));
    return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
        .getSchema(whole)
        .validate(new ObjectMapper().readTree(body))
        .stream()
        .map(Object::toString)
        .toList();
  }
}
