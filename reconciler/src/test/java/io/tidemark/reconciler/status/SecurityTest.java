package io.tidemark.reconciler.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What must not come through: refused, logged, nothing told. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SecurityTest {

  private static final String COMMANDS = "/api/v1/backfills/" + ApiFixture.ID + "/commands";
  private static final String RESUME = "{\"type\":\"resume\"}";
  private static final List<String> SECRETS = RefusalLog.SECRETS;

  private final RefusalLog log = new RefusalLog();
  private ApiFixture guarded;
  private ApiFixture local;

  @BeforeAll
  void start(@TempDir Path one, @TempDir Path two) {
    guarded = new ApiFixture(one, true);
    local = new ApiFixture(two, false);
  }

  @AfterAll
  void stop() {
    log.close();
    guarded.close();
    local.close();
  }

  @BeforeEach
  void listen() {
    log.clear();
  }

  private void refused(int status, HttpResponse<String> answer) {
    log.refused(status, answer);
  }

  private void logged(int status) {
    log.logged(status);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "none",
      textBlock =
          """
          GET  | none                              | 401
          GET  | Bearer wrong-token-0123456789     | 401
          GET  | Basic operator-token-0123456789   | 401
          GET  | Bearer                            | 401
          POST | none                              | 401
          POST | Bearer wrong-token-0123456789     | 401
          POST | Bearer reader-token-0123456789    | 403
          """)
  void shouldAskForATokenOfTheRightRole(String method, String header, int status) throws Exception {
    HttpRequest.Builder request =
        guarded
            .request(method.equals("GET") ? "/api/v1/backfills" : COMMANDS)
            .method(method, HttpRequest.BodyPublishers.ofString(RESUME))
            .header("Content-Type", "application/json");
    if (header != null) {
      request.header("Authorization", header);
    }

    HttpResponse<String> answer = guarded.send(request);

    refused(status, answer);
    assertThat(answer.headers().firstValue("www-authenticate").isPresent())
        .isEqualTo(status == 401);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/metrics",
        "/api/v1/events",
        "/api/v1/nowhere",
        "/internal/v1/stores/plans",
        "/internal/v1/ledger/default"
      })
  void shouldAskForATokenWhereverThereIsSomethingToTell(String path) throws Exception {
    refused(401, guarded.get(path));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/assets/index.html", "/openapi.json", "/health/live"})
  void shouldAskForNoneWhereThereIsNot(String path) throws Exception {
    assertThat(guarded.get(path).statusCode()).isEqualTo(200);
  }

  @Test
  void shouldTellWhoCallsAndTakeTheirNameIntoTheDecision() throws Exception {
    HttpRequest.Builder session =
        guarded.request("/api/v1/session").header("Authorization", "bearer " + ApiFixture.READER);
    assertThat(guarded.send(session).body())
        .contains("\"who\":\"ann\"")
        .contains("\"role\":\"reader\"");

    HttpResponse<String> answer =
        guarded.post(COMMANDS, RESUME, "Authorization", "Bearer " + ApiFixture.OPERATOR);

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    HttpRequest.Builder decisions =
        guarded.request("/api/v1/decisions").header("Authorization", "Bearer " + ApiFixture.READER);
    assertThat(guarded.send(decisions).body()).contains("\"who\":\"bob\"");
  }

  @Test
  void shouldNotTellOtherReconcilersWhatTheSpecHolds() throws Exception {
    assertThat(local.get("/internal/v1/stores/plans").body())
        .contains(ApiFixture.ID)
        .doesNotContain(ApiFixture.SECRET);
    assertThat(local.get("/api/v1/backfills/" + ApiFixture.ID).body())
        .doesNotContain(ApiFixture.SECRET);
  }

  @Test
  void shouldTakeNoBodyBeyondTheLimit() throws Exception {
    refused(413, local.post(COMMANDS, "{\"why\":\"" + "x".repeat(2_000) + "\"}"));
    String chunked =
        "POST "
            + COMMANDS
            + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            + "Transfer-Encoding: chunked\r\n\r\n7d0\r\n"
            + "x".repeat(2_000)
            + "\r\n0\r\n\r\n";
    assertThat(local.raw(chunked)).startsWith("HTTP/1.1 413 ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/assets/../api/v1/backfills",
        "/assets/%2e%2e/%2e%2e/index.html",
        "/api/v1/backfills/a%u0041",
        "//api/v1/backfills",
        "/api//v1/backfills",
        "/api/v1/backfills/%00",
        "/api/v1/backfills/a%0d%0aX:1",
        "/health/..;/api/v1/backfills",
        "/health/live;x=1",
        "/api/v1/backfills/%ff",
        "/\\..\\index.html"
      })
  void shouldRefuseAPathThatIsNotPlain(String path) throws Exception {
    String answer =
        guarded.raw("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

    assertThat(answer)
        .startsWith("HTTP/1.1 400 ")
        .contains("application/problem+json")
        .contains("Content-Security-Policy: default-src 'none'")
        .doesNotContain(SECRETS);
    logged(400);
  }

  @Test
  void shouldRefuseAHeadBeyondTheLimit() throws Exception {
    String answer =
        local.raw(
            "GET /health/live HTTP/1.1\r\nHost: localhost\r\nX: "
                + "y".repeat(20_000)
                + "\r\n\r\n");

    assertThat(answer).startsWith("HTTP/1.1 431 ").contains("8192 bytes");
    logged(431);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"evil.example", "evil.example:8080", "127.0.0.1.evil.example", "10.0.0.1"})
  void shouldNotAnswerUnderANameThatIsMadeToPointHere(String host) throws Exception {
    String answer =
        local.raw(
            "GET /api/v1/backfills HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n");

    assertThat(answer).startsWith("HTTP/1.1 421 ").doesNotContain(ApiFixture.ID + "\"");
    logged(421);
  }

  @ParameterizedTest
  @CsvSource({
    "Origin, http://evil.example, 403",
    "Origin, null, 403",
    "Origin, http://127.0.0.1:1, 403",
    "Sec-Fetch-Site, cross-site, 403",
    "Sec-Fetch-Site, same-site, 403",
    "Content-Type, text/plain, 415",
    "Content-Type, application/x-www-form-urlencoded, 415"
  })
  void shouldLetNoPageOfAnotherSiteWrite(String header, String value, int status) throws Exception {
    refused(status, local.post(COMMANDS, RESUME, header, value));
  }

  @Test
  void shouldLetItsOwnPageWrite() throws Exception {
    HttpResponse<String> answer =
        local.post(
            COMMANDS,
            RESUME,
            "Origin",
            "http://127.0.0.1:" + local.port(),
            "Sec-Fetch-Site",
            "same-origin");

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
  }

  @Test
  void shouldAllowNoOtherOriginToRead() throws Exception {
    HttpResponse<String> answer =
        local.send(local.request("/api/v1/backfills").header("Origin", "http://evil.example"));

    assertThat(answer.headers().map())
        .doesNotContainKey("access-control-allow-origin")
        .containsAllEntriesOf(Map.of("cross-origin-resource-policy", List.of("same-origin")));
  }

  @Test
  void shouldHangUpOnAClientThatDribbles() throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), local.port())) {
      byte[] head =
          ("GET /health/live HTTP/1.1\r\nX: " + "y".repeat(8_000))
              .getBytes(StandardCharsets.US_ASCII);
      int[] sent = {0};

      await("hang-up")
          .atMost(Duration.ofSeconds(60))
          .pollInterval(Duration.ofMillis(50))
          .until(() -> hungUp(socket, head[sent[0]++]));
    }
    logged(408);
    assertThat(local.get("/health/live").statusCode()).isEqualTo(200);
  }

  private static boolean hungUp(Socket socket, byte next) {
    try {
      socket.getOutputStream().write(next);
      return false;
    } catch (IOException e) {
      return true;
    }
  }
}
