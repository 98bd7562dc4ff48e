package io.tidemark.reconciler.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.javalin.Javalin;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AssetsTest {

  private final HttpClient http = HttpClient.newHttpClient();
  private Javalin server;

  @BeforeAll
  void start() {
    Assets assets = new Assets();
    server =
        Javalin.start(
            config -> {
              config.startup.showJavalinBanner = false;
              config.jetty.host = "127.0.0.1";
              config.jetty.port = 0;
              config.routes.get("/", assets::index);
              config.routes.get("/assets/<path>", assets::asset);
            });
  }

  @AfterAll
  void stop() {
    server.stop();
    http.close();
  }

  private HttpResponse<String> get(String path, String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void shouldServeThePageAndItsFiles() throws Exception {
    HttpResponse<String> page = get("/");

    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.headers().firstValue("content-type")).hasValue("text/html;charset=utf-8");
    assertThat(page.headers().firstValue("cache-control")).hasValue("no-cache");
    assertThat(get("/assets/index.html").body()).isEqualTo(page.body()).contains("Tidemark");
  }

  @Test
  void shouldSendNothingWhenTheBrowserHasTheSame() throws Exception {
    String etag = get("/").headers().firstValue("etag").orElseThrow();

    HttpResponse<String> again = get("/", "If-None-Match", "\"other\", " + etag);

    assertThat(again.statusCode()).isEqualTo(304);
    assertThat(again.body()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nothing.js",
        "index",
        "..",
        "%2e%2e/logback-test.xml",
        "..%2flogback-test.xml",
        "x/%2e%2e/index.html",
        ".index.html",
        "/index.html",
        "%5cindex.html",
        "webjars/uplot/../../../../index.html",
        "webjars/other/a.js",
        "index.html%00.js",
        "io/tidemark/reconciler/status/Assets.class"
      })
  void shouldServeNothingElse(String name) throws Exception {
    assertThat(get("/assets/" + name).statusCode()).isIn(400, 404);
  }
}
