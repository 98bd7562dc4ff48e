package io.tidemark.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.kafka.client.ClientConfig;
import io.tidemark.schemas.registry.Registry;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The set on one machine: with a schema registry, or without. */
final class ComposeTest {

  private static final Path DIR = Yaml.DEPLOY.resolve("compose");
  private static final String IN_THERE = "/etc/tidemark/client.properties";

  private final JsonNode services = Yaml.document(DIR.resolve("compose.yaml")).path("services");

  @Test
  void shouldHaveNoRegistryByDefault() throws Exception {
    assertThat(clients("client.properties").serdes().registry()).isEmpty();
    assertThat(services.path("schema-registry").path("profiles"))
        .extracting(JsonNode::asText)
        .containsExactly("registry");
  }

  @Test
  void shouldReachTheRegistryOfItsProfile() throws Exception {
    Registry registry = clients("registry.properties").serdes().registry().orElseThrow();
    URI url = URI.create(registry.shown());
    JsonNode service = services.path(url.getHost());

    assertThat(service.path("image").asText()).contains("apicurio-registry");
    assertThat(service.path("ports").get(0).asText()).endsWith(":" + url.getPort());
    // One that is lost with its container would take the meaning of every record with it.
    assertThat(service.path("environment").path("APICURIO_STORAGE_KIND").asText())
        .isEqualTo("kafkasql");
  }

  /** All of them, or some would write what others cannot read. */
  @ParameterizedTest
  @ValueSource(strings = {"reconciler-1", "reconciler-2", "worker", "tidemark"})
  void shouldGiveTheSameClientPropertiesToEveryProcess(String name) {
    JsonNode service = services.path(name);

    assertThat(texts(service.path("volumes")))
        .contains("${CLIENT_PROPERTIES:-./client.properties}:" + IN_THERE + ":ro");
    assertThat(
            texts(service.path("command")).contains("--command-config=" + IN_THERE)
                || texts(service.path("entrypoint")).stream()
                    .anyMatch(e -> e.contains("--command-config=" + IN_THERE)))
        .isTrue();
  }

  private static List<String> texts(JsonNode list) {
    List<String> texts = new ArrayList<>();
    list.forEach(t -> texts.add(t.asText()));
    return texts;
  }

  private static ClientConfig clients(String file) throws Exception {
    return ClientConfig.load(Optional.of("kafka-1:9092"), DIR.resolve(file));
  }
}
