package io.tidemark.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.tidemark.cli.Main;
import io.tidemark.reconciler.app.ReconcilerConfig;
import io.tidemark.worker.app.WorkerConfig;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.common.config.ConfigDef;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** What processes are started with: flags and settings that there are, with values that may be. */
final class CommandLinesTest {

  private static final String SET = "--set=";

  static Stream<Arguments> commands() {
    List<Arguments> commands = new ArrayList<>();
    JsonNode services = Yaml.document(Yaml.DEPLOY.resolve("compose/compose.yaml")).path("services");
    for (String name : List.of("reconciler-1", "reconciler-2", "worker")) {
      commands.add(Arguments.of("compose " + name, texts(services.path(name).path("command"))));
    }
    for (Map.Entry<String, PodTemplateSpec> pod : Kube.ofAll().pods().entrySet()) {
      commands.add(
          Arguments.of(
              "kubernetes " + pod.getKey(),
              pod.getValue().getSpec().getContainers().getFirst().getArgs()));
    }
    return commands.stream();
  }

  private static List<String> texts(JsonNode list) {
    List<String> texts = new ArrayList<>();
    list.forEach(t -> texts.add(t.asText()));
    return texts;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("commands")
  void shouldBeUnderstood(String where, List<String> args) {
    CommandLine.ParseResult parsed =
        new CommandLine(Main.class)
            .setCaseInsensitiveEnumValuesAllowed(true)
            .parseArgs(args.toArray(String[]::new));

    String verb = parsed.subcommand().commandSpec().name();
    assertThat(args.getFirst()).isEqualTo(verb);
    Map<String, String> settings = new HashMap<>();
    args.stream()
        .filter(a -> a.startsWith(SET))
        .map(a -> a.substring(SET.length()).split("=", 2))
        .forEach(s -> settings.put(s[0], s[1]));
    switch (verb) {
      case "plan" -> assertThat(settings).isEmpty();
      case "worker" -> allowed(WorkerConfig.DEFINITION, settings);
      case "reconciler" -> {
        settings.put("state.dir", "state");
        allowed(ReconcilerConfig.definition(), settings);
      }
      default -> throw new AssertionError(where + " runs " + verb);
    }
  }

  private static void allowed(ConfigDef definition, Map<String, String> settings) {
    assertThat(definition.names()).containsAll(settings.keySet());
    assertThatCode(() -> definition.parse(settings)).doesNotThrowAnyException();
  }
}
