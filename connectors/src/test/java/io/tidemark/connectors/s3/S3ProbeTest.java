package io.tidemark.connectors.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.tidemark.connectors.api.Sink;
import io.tidemark.connectors.api.SourceShape;
import io.tidemark.connectors.file.Fixture;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.FailureKind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.avro.SchemaBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * How a sink finds out whether a store keeps conditions: of stores that answer as real ones may.
 */
class S3ProbeTest {

  private static final SourceShape SHAPE =
      Fixture.shape(SchemaBuilder.record("row").fields().requiredInt("id").endRecord());

  private final List<String> asked = new CopyOnWriteArrayList<>();
  private HttpServer server;

  @AfterEach
  void stop() {
    server.stop(0);
  }

  /** A sink of a store that answers to PUT with these statuses, one after the other. */
  private Sink sink(Integer... puts) throws IOException, TaskException {
    Deque<Integer> answers = new ArrayDeque<>(List.of(puts));
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", exchange -> answer(exchange, answers));
    server.start();
    String endpoint = "http://127.0.0.1:" + server.getAddress().getPort();
    return new S3Connector()
        .sink(
            Bucket.json(
                "{'url': 's3://lake/out', 'format': 'csv', 'endpoint': '%s', 'accessKey': 'a', 'secretKey': 'b'}"
                    .formatted(endpoint)))
        .orElseThrow();
  }

  private void answer(HttpExchange exchange, Deque<Integer> puts) throws IOException {
    String method = exchange.getRequestMethod();
    exchange.getRequestBody().readAllBytes();
    int status =
        switch (method) {
          case "PUT" -> puts.remove();
          case "DELETE" -> 204;
          default -> 200;
        };
    asked.add(method + " " + status);
    exchange.sendResponseHeaders(status, -1);
    exchange.close();
  }

  private TaskException refused(Sink sink) {
    return catchThrowableOfType(TaskException.class, () -> sink.prepare(SHAPE));
  }

  @Test
  void shouldRefuseAStoreThatOverwrites() throws Exception {
    try (Sink sink = sink(200, 200)) {
      TaskException e = refused(sink);
      assertThat(e.kind()).isEqualTo(FailureKind.FATAL);
      assertThat(e)
          .hasMessageContainingAll(
              "s3://lake/out overwrites an object", "use a store, or a version");
      assertThat(asked).endsWith("PUT 200", "PUT 200", "DELETE 204");
    }
  }

  @Test
  void shouldTakeAStoreThatRefusesTheSecondWhenTheFirstWasRepeated() throws Exception {
    // It made the object, and its reply was an error: what is sent again finds the object there.
    try (Sink sink = sink(500, 412, 412)) {
      sink.prepare(SHAPE);
      assertThat(asked).endsWith("PUT 500", "PUT 412", "PUT 412", "DELETE 204");
    }
  }

  @Test
  void shouldLeaveNoProbeWhenTheStoreFailsInBetween() throws Exception {
    try (Sink sink = sink(200, 403)) {
      assertThat(refused(sink)).hasMessageContaining("cannot write s3://lake/out/_tidemark/probe-");
      assertThat(asked).endsWith("PUT 200", "PUT 403", "DELETE 204");
    }
  }
}
