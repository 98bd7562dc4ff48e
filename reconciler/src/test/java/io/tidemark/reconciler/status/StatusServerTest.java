package io.tidemark.reconciler.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.tidemark.reconciler.flow.Elsewhere;
import io.tidemark.reconciler.flow.MalformedRecords;
import io.tidemark.reconciler.flow.Queries;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The server of an instance whose state is not there yet. */
class StatusServerTest {

  private final Health restoring =
      new Health() {
        @Override
        public Optional<String> dead() {
          return Optional.empty();
        }

        @Override
        public Optional<String> unready() {
          return Optional.of("state is being restored");
        }
      };
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final Queries queries = new Queries(new Elsewhere());
  private final MalformedRecords malformed = new MalformedRecords(1);
  private final ReconcilerMetrics metrics =
      new ReconcilerMetrics(registry, registry::scrape, queries, malformed);
  private final HttpClient http = HttpClient.newHttpClient();
  private StatusServer server;

  @BeforeEach
  void start() {
    server = start(0);
  }

  private StatusServer start(int port) {
    return Servers.start(port, Optional.empty(), queries, restoring, malformed, metrics);
  }

  @AfterEach
  void stop() {
    server.close();
    metrics.close();
    registry.close();
    http.close();
  }

  private HttpResponse<String> get(String path) throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/v1/backfills",
        "/api/v1/backfills/a",
        "/api/v1/backfills/a/partitions",
        "/api/v1/workers"
      })
  void shouldSayThatTheStateIsNotHere(String path) throws Exception {
    HttpResponse<String> answer = get(path);

    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.headers().firstValue("content-type")).hasValue("application/problem+json");
    assertThat(answer.body()).contains("the state is elsewhere");
  }

  @Test
  void shouldBeAliveButNotReady() throws Exception {
    assertThat(get("/health/live").statusCode()).isEqualTo(200);
    assertThat(get("/health/ready").statusCode()).isEqualTo(503);
    assertThat(get("/health/ready").body()).contains("state is being restored");
  }

  @Test
  void shouldLeaveOutWhatItDoesNotKnowFromItsMetrics() throws Exception {
    assertThat(get("/metrics").statusCode()).isEqualTo(200);
    assertThat(get("/metrics").body())
        .contains("jvm_memory_used_bytes")
        .doesNotContain("tidemark_backfills");
  }

  @Test
  void shouldNameTheAddressWhenItIsTaken() {
    assertThatThrownBy(() -> start(server.port()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("127.0.0.1:" + server.port())
        .hasMessageContaining("http.port");
  }
}
