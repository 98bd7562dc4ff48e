package io.tidemark.worker.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class MetricsServerTest {

  private final WorkerHealth health = new WorkerHealth();
  private final MetricsServer server =
      MetricsServer.start("127.0.0.1", 0, () -> "tidemark_x 1.0\n", health);
  private final HttpClient client = HttpClient.newHttpClient();

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  @Test
  void shouldAnswerMetricsAsPrometheusWantsThem() throws Exception {
    HttpResponse<String> got = get("/metrics");

    assertThat(got.statusCode()).isEqualTo(200);
    assertThat(got.body()).isEqualTo("tidemark_x 1.0\n");
    assertThat(got.headers().firstValue("Content-Type")).get().asString().contains("version=0.0.4");
  }

  @Test
  void shouldSayWhyItIsNotReadyWhenItStarts() throws Exception {
    health.unready("it joins its \"group\"");

    assertThat(get("/health/live").statusCode()).isEqualTo(200);
    HttpResponse<String> got = get("/health/ready");
    assertThat(got.statusCode()).isEqualTo(503);
    assertThat(got.body()).contains("\"status\":503", "it joins its  group ");
    assertThat(got.headers().firstValue("Content-Type")).hasValue("application/problem+json");
  }

  @Test
  void shouldStayUnreadyWhenItHasBegunToLeave() throws Exception {
    health.ready();
    assertThat(get("/health/ready").statusCode()).isEqualTo(200);
    health.leaving("it drains");
    health.ready();

    assertThat(get("/health/ready").body()).contains("it drains");
    assertThat(get("/health/live").statusCode()).isEqualTo(200);
  }

  @Test
  void shouldBeDeadWhenItsLoopHasEnded() throws Exception {
    health.dead("it stops: boom");

    assertThat(get("/health/live").statusCode()).isEqualTo(503);
    assertThat(get("/health/live").body()).contains("boom");
  }

  @Test
  void shouldRefuseWhatIsNotThereAndWhatWouldWrite() throws Exception {
    assertThat(get("/").statusCode()).isEqualTo(404);
    assertThat(get("/metrics/x").statusCode()).isEqualTo(404);
    HttpResponse<String> posted =
        client.send(
            HttpRequest.newBuilder(uri("/metrics")).POST(BodyPublishers.ofString("x")).build(),
            BodyHandlers.ofString());
    assertThat(posted.statusCode()).isEqualTo(405);
    assertThat(posted.headers().firstValue("Allow")).hasValue("GET, HEAD");
  }

  @Test
  void shouldSayWhereItCannotListen() {
    assertThatThrownBy(
            () -> MetricsServer.start("127.0.0.1", server.port(), () -> "", new WorkerHealth()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("127.0.0.1:" + server.port())
        .hasMessageContaining("metrics.port");
  }

  private HttpResponse<String> get(String path) throws Exception {
    return client.send(HttpRequest.newBuilder(uri(path)).build(), BodyHandlers.ofString());
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + server.port() + path);
  }
}
