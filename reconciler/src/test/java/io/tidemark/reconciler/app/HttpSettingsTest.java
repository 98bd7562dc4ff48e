package io.tidemark.reconciler.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tidemark.reconciler.flow.Elsewhere;
import io.tidemark.reconciler.flow.MalformedRecords;
import io.tidemark.reconciler.flow.NotHereException;
import io.tidemark.reconciler.flow.Queries;
import io.tidemark.reconciler.status.Health;
import io.tidemark.reconciler.status.Listener;
import io.tidemark.reconciler.status.Services;
import io.tidemark.reconciler.status.StatusServer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HttpSettingsTest {

  private static final String PASSWORD = "pass-word-1";
  private static final String TOKEN = "0123456789abcdefghij";

  @TempDir private static Path directory;

  @BeforeAll
  static void files() throws Exception {
    keystore("one");
    keystore("two");
    write("tokens", "# who may call", "", "ann reader " + TOKEN, "bob operator x" + TOKEN);
    write("others", "eve operator y" + TOKEN);
    write("broken", "ann boss " + TOKEN, "bob operator short-secret", "one two");
    write("empty", "# nobody");
    write("secrets.properties", "keystore=" + PASSWORD);
  }

  private static void write(String name, String... lines) throws Exception {
    Files.write(directory.resolve(name), List.of(lines));
  }

  private static void keystore(String name) throws Exception {
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                name,
                "-keyalg",
                "EC",
                "-dname",
                "CN=localhost",
                "-ext",
                "SAN=dns:localhost,ip:127.0.0.1",
                "-storetype",
                "PKCS12",
                "-keystore",
                directory.resolve(name + ".p12").toString(),
                "-storepass",
                PASSWORD)
            .redirectErrorStream(true)
            .start();
    String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(keytool.waitFor()).as(said).isZero();
  }

  /** Settings in which {@code @} stands for the folder of the files. */
  private static HttpSettings with(String... more) throws Exception {
    Map<String, String> settings =
        new HashMap<>(Map.of("bootstrap.servers", "k:9092", "state.dir", "s", "http.port", "0"));
    for (int i = 0; i < more.length; i += 2) {
      settings.put(more[i], more[i + 1].replace("@", directory.toString()));
    }
    return ReconcilerConfig.of(settings).http();
  }

  private static HttpSettings secured(String keystore, String tokens) throws Exception {
    return with(
        "http.tls.keystore",
        "@/" + keystore + ".p12",
        "http.tls.keystore.password",
        "${file:@/secrets.properties:keystore}",
        "http.tokens.file",
        "@/" + tokens);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          http.tokens.file  | @/nothing  | cannot be read
          http.tokens.file  | @/broken   | line 1: the role of ann is neither reader nor operator
          http.tokens.file  | @/broken   | line 2: the token of bob needs 20 or more
          http.tokens.file  | @/broken   | line 3: write '<name> <reader|operator> <token>'
          http.tokens.file  | @/empty    | no token
          http.tls.keystore | @/nothing  | check the file and http.tls.keystore.password
          http.tls.keystore | @/one.p12  | check the file and http.tls.keystore.password
          http.tls.keystore.password | ${env:TIDEMARK_NOT_THERE} | -
          http.advertised   | somewhere  | write host:port
          http.max.body.bytes | 0        | http.max.body.bytes
          http.host         | 0.0.0.0    | set http.tokens.file
          """)
  void shouldRefuseWithoutTellingASecret(String name, String value, String message) {
    if (message.equals("-")) {
      assertThatThrownBy(() -> with(name, value, "http.tls.keystore", "@/one.p12"))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("TIDEMARK_NOT_THERE");
      return;
    }
    assertThatThrownBy(() -> with(name, value))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(message)
        .hasMessageNotContainingAny(TOKEN, "short-secret", PASSWORD);
  }

  @Test
  void shouldStillAskForWhatIsMissingBeyondThisMachine() {
    assertThatThrownBy(() -> with("http.host", "0.0.0.0", "http.tokens.file", "@/tokens"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("set http.tls.keystore and http.tls.keystore.password; or use 127");
  }

  @Test
  void shouldBindBeyondThisMachineWithTokensAndTls() throws Exception {
    HttpSettings settings =
        with(
            "http.host",
            "0.0.0.0",
            "http.tls.keystore",
            "@/one.p12",
            "http.tls.keystore.password",
            "${file:@/secrets.properties:keystore}",
            "http.tokens",
            "ann reader " + TOKEN + ",bob operator x" + TOKEN,
            "http.advertised",
            "reconciler-0.example:8443");

    try (Listener listener = settings.open()) {
      assertThat(listener.scheme()).isEqualTo("https");
      assertThat(settings.instance(listener)).isEqualTo("reconciler-0.example:8443");
    }
    assertThat(settings.toString()).doesNotContain(TOKEN, PASSWORD);
  }

  @Test
  void shouldAnswerPeersWithTheSameTokensAndCertificatesOnly() throws Exception {
    HttpSettings settings = secured("one", "tokens");
    Listener listener = settings.open();
    String host = settings.instance(listener);
    try (StatusServer server =
            StatusServer.start(listener, settings.server("t", listener), services());
        PeerClient same = new PeerClient(settings);
        PeerClient otherToken = new PeerClient(secured("one", "others"));
        PeerClient otherCertificate = new PeerClient(secured("two", "tokens"))) {
      assertThat(server.port()).isPositive();
      // The first handshake may take longer than an instance waits.
      await()
          .atMost(Duration.ofSeconds(60))
          .ignoreExceptions()
          .untilAsserted(
              () ->
                  assertThat(new String(same.ask(host, "/api/v1/session"), StandardCharsets.UTF_8))
                      .contains("\"who\":\"ann\"", "\"instance\":\"" + host + "\""));
      for (PeerClient other : List.of(otherToken, otherCertificate)) {
        assertThatThrownBy(() -> other.ask(host, "/api/v1/session"))
            .isInstanceOf(NotHereException.class)
            .hasMessageNotContainingAny(TOKEN);
      }
    }
  }

  private static Services services() {
    Health up =
        new Health() {
          @Override
          public Optional<String> dead() {
            return Optional.empty();
          }

          @Override
          public Optional<String> unready() {
            return Optional.empty();
          }
        };
    return new Services(
        new Queries(new Elsewhere()),
        null,
        null,
        null,
        null,
        () -> 0,
        up,
        new MalformedRecords(1),
        null);
  }
}
