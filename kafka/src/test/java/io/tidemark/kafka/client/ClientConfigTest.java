package io.tidemark.kafka.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ClientConfigTest {

  @TempDir Path directory;

  @Test
  void shouldKeepSecretsAsReferencesThatTheClientResolves() throws Exception {
    Path secrets = Files.writeString(directory.resolve("s.properties"), "password=hush\n");
    Path file =
        Files.writeString(
            directory.resolve("client.properties"),
            "bootstrap.servers=elsewhere:9092\nssl.key.password=${file:"
                + secrets
                + ":password}\n");

    var config = ClientConfig.load(Optional.of("here:9092"), file);

    assertThat(config.bootstrapServers()).isEqualTo("here:9092");
    assertThat(config.admin().values()).doesNotContain("hush");
    assertThat(config.toString()).isEqualTo("Kafka at here:9092");
    assertThat(new AdminClientConfig(config.admin()).getPassword("ssl.key.password").value())
        .isEqualTo("hush");
  }

  @Test
  void shouldReportAllErrorsAtOnceWhenSettingsCannotBeUsed() {
    assertThatThrownBy(
            () ->
                ClientConfig.of(
                    "",
                    Map.of(
                        "isolation.level", "read_uncommitted",
                        "sasl.jaas.config", "user ${env:TIDEMARK_NO_SUCH_VARIABLE}",
                        "ssl.key.password", "${file:/no/such/file:password}")))
        .isInstanceOf(ClientConfigException.class)
        .hasMessageContaining("--bootstrap-server")
        .hasMessageContaining("isolation.level is set by Tidemark itself")
        .hasMessageContaining(
            "sasl.jaas.config: ${env:TIDEMARK_NO_SUCH_VARIABLE} leads nowhere; set the variable")
        .hasMessageContaining(
            "ssl.key.password: ${file:/no/such/file:password} leads nowhere; check that the file");
  }

  @Test
  void shouldKeepTheSettingsOfTheRegistryFromKafkasClients() throws Exception {
    Path secrets = Files.writeString(directory.resolve("r.properties"), "user=ada:hush\n");

    var config =
        ClientConfig.of(
            "here:9092",
            Map.of(
                "schema.registry.url", "http://registry:8081",
                "basic.auth.credentials.source", "USER_INFO",
                "schema.registry.basic.auth.user.info", "${file:" + secrets + ":user}",
                "client.id", "mine"));

    assertThat(config.admin())
        .containsEntry("client.id", "mine")
        .doesNotContainKeys(
            "schema.registry.url",
            "basic.auth.credentials.source",
            "schema.registry.basic.auth.user.info");
    assertThat(config.serdes().registry().orElseThrow().shown()).isEqualTo("http://registry:8081");
  }

  @Test
  void shouldSayWhatIsWrongWithTheSettingsOfTheRegistryAndNoSecret() {
    assertThatThrownBy(
            () -> ClientConfig.of("here:9092", Map.of("schema.registry.url", "ada:hush@registry")))
        .isInstanceOf(ClientConfigException.class)
        .hasMessageContaining("Kafka client settings: schema.registry.url")
        .hasMessageNotContaining("hush");
    assertThatThrownBy(
            () ->
                ClientConfig.of(
                    "here:9092",
                    Map.of(
                        "schema.registry.url", "http://registry:8081",
                        "bearer.auth.token", "${env:TIDEMARK_NO_SUCH_VARIABLE}")))
        .isInstanceOf(ClientConfigException.class)
        .hasMessageContaining("bearer.auth.token: ${env:TIDEMARK_NO_SUCH_VARIABLE} leads nowhere");
  }

  @Test
  void shouldTakeServersFromTheFileWhenNoneAreGiven() throws Exception {
    Path file =
        Files.writeString(directory.resolve("c.properties"), "bootstrap.servers=there:9092\n");

    assertThat(ClientConfig.load(Optional.empty(), file).bootstrapServers())
        .isEqualTo("there:9092");
  }

  @Test
  void shouldNameTheFileWhenItCannotBeRead() {
    Path missing = directory.resolve("missing.properties");

    assertThatThrownBy(() -> ClientConfig.load(Optional.of("here:9092"), missing))
        .isInstanceOf(ClientConfigException.class)
        .hasMessageContaining(missing.toString())
        .hasMessageContaining("--command-config");
  }

  @Test
  void shouldSayThatKafkaCannotBeReachedWhenNobodyListens() throws Exception {
    int port;
    try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    var config = ClientConfig.of("127.0.0.1:" + port);

    assertThatThrownBy(() -> Reachable.check(config.admin(), Duration.ofSeconds(2)))
        .isInstanceOf(KafkaUnreachableException.class)
        .hasMessageContaining("cannot reach Kafka at 127.0.0.1:" + port)
        .hasMessageContaining("check --bootstrap-server");
  }

  @Test
  void shouldSayThatKafkaCannotBeReachedWhenTheNameIsUnknown() throws Exception {
    var config = ClientConfig.of("no-such-host.invalid:9092");

    assertThatThrownBy(() -> Reachable.check(config.admin(), Duration.ofSeconds(2)))
        .isInstanceOf(KafkaUnreachableException.class)
        .hasMessageContaining("cannot reach Kafka at no-such-host.invalid:9092");
  }
}
