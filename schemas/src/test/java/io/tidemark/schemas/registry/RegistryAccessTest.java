package io.tidemark.schemas.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.testing.SchemaRegistryServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.provider.FileConfigProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The way to the registry: credentials, TLS, several addresses, and none that answers. */
@Timeout(120)
class RegistryAccessTest {

  private static final Schema SCHEMA =
      SchemaBuilder.record("access.A").fields().requiredInt("x").endRecord();

  /** A value of a schema that no registry knows. */
  private static final byte[] UNKNOWN = {0, 0x7f, 0, 0, 0, 0};

  private static final String SECRET = "correct-horse";
  private static final String BASIC =
      "Basic "
          + Base64.getEncoder().encodeToString(("ada:" + SECRET).getBytes(StandardCharsets.UTF_8));

  @TempDir private Path dir;

  private final String url = SchemaRegistryServer.shared().url();

  /**
   * References are resolved by Kafka's own config provider, which stands in the same properties.
   */
  private Map<String, String> settings(String address, String... more) throws IOException {
    Path secrets =
        Files.writeString(dir.resolve("secrets"), "info=ada:" + SECRET + "\ntoken=" + SECRET);
    Map<String, String> all = new HashMap<>();
    all.put("config.providers", "file");
    all.put("config.providers.file.class", FileConfigProvider.class.getName());
    all.put(RegistrySettings.URL, address);
    all.put("schema.registry.max.retries", "1");
    all.put("schema.registry.retries.wait.ms", "10");
    for (int i = 0; i < more.length; i += 2) {
      all.put(more[i], more[i + 1].replace("SECRETS", secrets.toString()));
    }
    return all;
  }

  private RegistryRecords records(String address, String... more) throws IOException {
    return RegistryRecords.of(settings(address, more));
  }

  @Test
  void shouldShowUserAndPasswordFromTheAddress() throws IOException {
    try (Gate gate = Gate.plain(url).requires(BASIC)) {
      RegistryRecords records = records("http://ada:" + SECRET + "@" + gate.address() + "/");
      assertThat(records.prepare("a", false, SCHEMA)).isPositive();
      assertThat(records.shown()).isEqualTo("http://" + gate.address());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "schema.registry."})
  void shouldShowUserAndPasswordByReference(String prefix) throws IOException {
    try (Gate gate = Gate.plain(url).requires(BASIC)) {
      RegistryRecords records =
          records(
              "http://" + gate.address(),
              prefix + "basic.auth.credentials.source",
              "USER_INFO",
              prefix + "basic.auth.user.info",
              "${file:SECRETS:info}");
      assertThat(records.prepare("a", false, SCHEMA)).isPositive();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"STATIC_TOKEN", ""})
  void shouldShowABearerTokenByReference(String source) throws IOException {
    try (Gate gate = Gate.plain(url).requires("Bearer " + SECRET)) {
      RegistryRecords records =
          records(
              "http://" + gate.address(),
              "bearer.auth.credentials.source",
              source,
              "bearer.auth.token",
              "${file:SECRETS:token}");
      assertThat(records.prepare("a", false, SCHEMA)).isPositive();
    }
  }

  @Test
  void shouldNameTheRegistryAndNoSecretWhenItRefusesTheCredentials() throws IOException {
    try (Gate gate = Gate.plain(url).requires("Bearer other")) {
      RegistryRecords records = records("http://ada:" + SECRET + "@" + gate.address());
      assertThatThrownBy(() -> records.prepare("a", false, SCHEMA))
          .isInstanceOf(RegistryException.class)
          .hasMessageContaining("http://" + gate.address())
          .hasMessageContaining("401")
          .hasMessageContaining("basic.auth.user.info")
          .hasMessageNotContaining(SECRET);
      // Refused, not away: asking again would only lock the account.
      assertThat(gate.asked()).hasSize(1);
    }
  }

  @Test
  void shouldSpeakTlsWithItsOwnTrustStore() throws Exception {
    Path keys = dir.resolve("keys.p12");
    keytool(
        "-genkeypair",
        "-alias",
        "registry",
        "-keyalg",
        "EC",
        "-dname",
        "CN=registry",
        "-ext",
        "SAN=ip:127.0.0.1",
        "-keystore",
        keys.toString(),
        "-storepass",
        SECRET);
    Path pem = dir.resolve("registry.pem");
    keytool(
        "-exportcert",
        "-rfc",
        "-alias",
        "registry",
        "-file",
        pem.toString(),
        "-keystore",
        keys.toString(),
        "-storepass",
        SECRET);
    try (Gate gate = Gate.tls(url, keys, SECRET)) {
      String address = "https://" + gate.address();
      assertThat(
              records(
                      address,
                      "schema.registry.ssl.truststore.location",
                      keys.toString(),
                      "schema.registry.ssl.truststore.type",
                      "PKCS12",
                      "schema.registry.ssl.truststore.password",
                      "${file:SECRETS:token}")
                  .prepare("tls", false, SCHEMA))
          .isPositive();
      assertThat(
              records(
                      address,
                      "schema.registry.ssl.truststore.location",
                      pem.toString(),
                      "schema.registry.ssl.truststore.type",
                      "PEM")
                  .prepare("tls", false, SCHEMA))
          .isPositive();
      RegistryRecords untrusting = records(address);
      assertThatThrownBy(() -> untrusting.prepare("tls", false, SCHEMA))
          .isInstanceOf(RegistryUnavailableException.class)
          .hasMessageContaining(address)
          .hasMessageContaining("certification path");
      assertThatThrownBy(
              () ->
                  records(
                      address,
                      "schema.registry.ssl.truststore.location",
                      keys.toString(),
                      "schema.registry.ssl.truststore.type",
                      "PKCS12",
                      "schema.registry.ssl.truststore.password",
                      "wrong"))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("schema.registry.ssl")
          .hasMessageNotContaining("wrong;");
    }
  }

  private static void keytool(String... args) throws Exception {
    String[] command = new String[args.length + 1];
    command[0] = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
    System.arraycopy(args, 0, command, 1, args.length);
    Process keytool = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(keytool.waitFor()).as(said).isZero();
  }

  @Test
  void shouldPassOverAddressesThatDoNotAnswer() throws IOException {
    try (Gate broken = Gate.plain(url).answers(503);
        Gate good = Gate.plain(url)) {
      RegistryRecords records =
          records(
              "http://127.0.0.1:"
                  + unused()
                  + ", http://"
                  + broken.address()
                  + ",http://"
                  + good.address());
      records.prepare("f1", false, SCHEMA);
      records.prepare("f2", false, SCHEMA);
      // The one that answered is asked first from then on.
      assertThat(broken.asked()).hasSize(1);
      assertThat(good.asked()).hasSize(2);
    }
  }

  @Test
  void shouldAskForEachSchemaOnce() throws IOException {
    try (Gate gate = Gate.plain(url)) {
      RegistryRecords records = records("http://" + gate.address());
      byte[] value = null;
      for (int i = 0; i < 100; i++) {
        value = records.write("once", false, SCHEMA, record(i));
        records.read(value);
      }
      assertThat(gate.asked()).hasSize(1);
      RegistryRecords reading = records("http://" + gate.address());
      for (int i = 0; i < 100; i++) {
        reading.read(value);
        assertThatThrownBy(() -> reading.read(UNKNOWN)).hasMessageContaining("does not know");
      }
      assertThat(gate.asked()).hasSize(3);
    }
  }

  private static Object record(int x) {
    return new org.apache.avro.generic.GenericRecordBuilder(SCHEMA).set("x", x).build();
  }

  @Test
  void shouldGiveUpWithinBoundsWhenNobodyAnswers() throws IOException {
    String gone = "http://127.0.0.1:" + unused();
    try (ServerSocket silent = silent()) {
      String hanging = http(silent);
      RegistryRecords records =
          records(
              gone + "," + hanging,
              "schema.registry.http.connect.timeout.ms",
              "300",
              "schema.registry.http.read.timeout.ms",
              "200");
      long began = System.nanoTime();
      assertThatThrownBy(() -> records.prepare("a", false, SCHEMA))
          .isInstanceOf(RegistryUnavailableException.class)
          .hasMessageContaining(gone + ": ConnectException")
          .hasMessageContaining(hanging)
          .hasMessageContaining("no answer within 500 ms")
          .hasMessageContaining("asked 2 times");
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(10));
    }
  }

  @Test
  void shouldGiveUpInTimeHoweverManyAddressesAndRetriesThereAre() throws IOException {
    try (ServerSocket one = silent();
        ServerSocket other = silent()) {
      RegistryRecords records =
          records(
              http(one) + "," + http(other),
              "schema.registry.max.retries",
              "9",
              "schema.registry.timeout.ms",
              "800");
      long began = System.nanoTime();
      assertThatThrownBy(() -> records.read(UNKNOWN))
          .isInstanceOf(RegistryUnavailableException.class)
          .hasMessageContainingAll(
              "no schema registry answers when asked to give schema 2130706432",
              http(one) + ": HttpTimeoutException",
              http(other) + ": HttpTimeoutException",
              "check that it runs, schema.registry.url and the network");
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(5));
    }
  }

  @Test
  void shouldHaveTimeForTheNextAddressWhenOneTakesTheQuestionAndNeverAnswers() throws IOException {
    try (ServerSocket silent = silent()) {
      RegistryRecords records =
          records(http(silent) + "," + url, "schema.registry.timeout.ms", "6000");
      assertThat(records.prepare("a", false, SCHEMA)).isPositive();
    }
  }

  @Test
  void shouldAskTheOnlyAddressAgainWhenAnAnswerWasLost() throws Exception {
    try (ServerSocket server = silent();
        ExecutorService pool = Executors.newSingleThreadExecutor()) {
      RegistryRecords records = records(http(server), "schema.registry.timeout.ms", "6000");
      Future<?> reading = pool.submit(() -> records.read(UNKNOWN));
      try (Socket lost = server.accept();
          Socket answered = server.accept()) {
        assertThat(lost.isConnected()).isTrue();
        String body = "{\"error_code\": 40403, \"message\": \"no such schema\"}";
        answered
            .getOutputStream()
            .write(
                ("HTTP/1.1 404 Not Found\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)
                    .getBytes(StandardCharsets.US_ASCII));
        assertThatThrownBy(reading::get).hasMessageContaining("does not know");
      }
    }
  }

  @Test
  void shouldReadWhatIsKnownWhileAnotherSchemaIsWaitedFor() throws Exception {
    try (ServerSocket silent = silent();
        ExecutorService pool = Executors.newSingleThreadExecutor()) {
      RegistryRecords records;
      byte[] value;
      try (Gate gate = Gate.plain(url)) {
        records =
            records(
                "http://" + gate.address() + "," + http(silent),
                "schema.registry.timeout.ms",
                "8000");
        value = records.write("known", false, SCHEMA, record(7));
      }
      Future<?> unknown = pool.submit(() -> records.read(UNKNOWN));
      try (Socket asked = silent.accept()) {
        assertThat(asked.isConnected()).isTrue();
        assertThat(records.read(value)).isEqualTo(record(7));
        assertThat(records.write("known", false, SCHEMA, record(7))).isEqualTo(value);

        assertThat(unknown).as("still asking").isNotDone();
        assertThatThrownBy(unknown::get).hasCauseInstanceOf(RegistryUnavailableException.class);
      }
    }
  }

  /** Takes connections, and never says a word. */
  private static ServerSocket silent() throws IOException {
    return new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  }

  private static String http(ServerSocket socket) {
    return "http://127.0.0.1:" + socket.getLocalPort();
  }

  @Test
  void shouldTellAWrongPathFromAnUnknownSchema() throws IOException {
    RegistryRecords records = records(url.replace("/apis/ccompat/v7", "/no/such/path"));
    assertThatThrownBy(() -> records.read(new byte[] {0, 0, 0, 0, 1, 2}))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("check the path in schema.registry.url");
  }

  @ParameterizedTest
  @CsvSource({
    "schema.registry.url, ftp://ada:correct-horse@host, http://host:port",
    "schema.registry.url, 'http://ada:correct-horse@ho st', http://host:port",
    "basic.auth.credentials.source, SASL_INHERIT, USER_INFO",
    "basic.auth.credentials.source, USER_INFO, basic.auth.user.info is missing",
    "bearer.auth.credentials.source, OAUTHBEARER, STATIC_TOKEN",
    "bearer.auth.credentials.source, STATIC_TOKEN, bearer.auth.token is missing",
    "schema.registry.max.retries, -1, schema.registry.max.retries"
  })
  void shouldRefuseSettingsByNameAndShowNoSecret(String name, String value, String said) {
    assertThatThrownBy(() -> records("http://localhost:1", name, value))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(said)
        .hasMessageNotContaining(SECRET);
  }

  private static int unused() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
