package io.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the command line says to what cannot be done, without anything running. */
@Isolated("it reads what this process writes")
final class UsageTest {

  @TempDir Path dir;

  @ParameterizedTest
  @MethodSource("verbs")
  void shouldExplainEachVerbWhenAskedForHelp(String verb) {
    Cli cli = Cli.run(verb, "--help");

    assertThat(cli.exitCode()).isZero();
    assertThat(cli.out())
        .containsSubsequence(
            "Usage: tidemark " + verb,
            "Exit codes:",
            "  0  done",
            "Environment:",
            "TIDEMARK_DEBUG",
            "Examples:",
            "  tidemark " + verb);
    assertThat(cli.out().lines().mapToInt(String::length).max().orElse(0)).isLessThan(101);
    assertThat(cli.err()).isEmpty();
  }

  private static Set<String> verbs() {
    return Main.commandLine().getSubcommands().keySet();
  }

  @Test
  void shouldNameEveryVerbWhenAskedForHelp() {
    Cli cli = Cli.run("--help");

    assertThat(cli.out()).contains(verbs());
    assertThat(verbs()).contains("pause", "resume", "cancel", "retry", "throttle", "approve");
  }

  @ParameterizedTest
  @CsvSource({
    "throttle x-00000000, nothing to limit",
    "throttle x-00000000 --lanes 0, --lanes must be a whole number from 1 on",
    "throttle x-00000000 --rows-per-second fast, or off",
    "retry x-00000000 --failed --partition 3, mutually exclusive",
    "cancel x-00000000, add --yes",
    "archive x-00000000, add --yes",
    "pause x-00000000 --timeout soon, is no duration"
  })
  void shouldRefuseBeforeAnythingIsAskedWhenACommandMakesNoSense(String args, String says) {
    Cli cli = Cli.run((args + " --bootstrap-server 127.0.0.1:1").split(" "));

    assertThat(cli.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(cli.err()).contains(says);
  }

  @Test
  void shouldSuggestTheVerbWhenMisspelt() {
    Cli cli = Cli.run("staus");

    assertThat(cli.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(cli.err()).contains("staus").contains("status");
  }

  @ParameterizedTest
  @ValueSource(strings = {"run", "plan"})
  void shouldRefuseWhenThereAreToBeNoQueues(String verb) {
    Cli cli = Cli.run(verb, dir.resolve("none.yaml").toString(), "--queues", "0");

    assertRefused(cli, ExitCode.USAGE, "--queues must be at least 1");
  }

  @Test
  void shouldRefuseAMetricsFileThatTheCollectorWouldPassOver() {
    Cli cli = Cli.run("plan", dir.resolve("none.yaml").toString(), "--metrics-file", "plan.txt");

    assertRefused(cli, ExitCode.USAGE, "--metrics-file must end in .prom");
  }

  @Test
  void shouldNameTheFormatsOfTheLogWhenThereIsNoSuchOne() {
    Cli cli = Cli.run("status", "--log-format", "xml");

    assertThat(cli.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(cli.err()).contains("--log-format", "TEXT", "JSON");
  }

  @Test
  void shouldRefuseWhenThereIsNoSpec() {
    Cli cli = Cli.run("run", dir.resolve("none.yaml").toString(), "--data", data());

    assertRefused(cli, ExitCode.USAGE, "there is no spec", "none.yaml");
  }

  @Test
  void shouldNamePlaceWhenYamlIsMalformed() throws IOException {
    Cli cli = Cli.run("run", spec("apiVersion: tidemark/v1\nname: [x"), "--data", data());

    assertRefused(cli, ExitCode.USAGE, "spec.yaml:2:9: not YAML");
  }

  @Test
  void shouldSuggestAndTellAllAtOnceWhenKeysAreUnknown() throws IOException {
    String text =
        """
        apiVersion: tidemark/v1
        name: x
        sorce: {file: {path: a.csv, format: csv}}
        source: {file: {path: a.csv, fromat: csv}}
        sink: {file: {path: out, format: csv}}
        """;

    Cli cli = Cli.run("plan", spec(text), "--dry-run");

    assertRefused(cli, ExitCode.USAGE, "sorce", "source", "fromat", "format");
  }

  @Test
  void shouldNameTheVariableWhenASecretIsMissing() throws IOException {
    String text =
        """
        apiVersion: tidemark/v1
        name: x
        source: {jdbc: {url: "jdbc:postgresql://127.0.0.1:1/a", user: u, password: "${env:TIDEMARK_NO_SUCH}", table: t}}
        sink: {file: {path: out, format: csv}}
        """;

    Cli cli = Cli.run("run", spec(text), "--data", data());

    assertRefused(cli, ExitCode.USAGE, "TIDEMARK_NO_SUCH");
  }

  @Test
  void shouldNeverEchoThePasswordWhenTheDatabaseIsUnreachable() throws IOException {
    Path secret = Files.writeString(dir.resolve("pg.properties"), "password=hunter2-secret\n");
    String text =
        """
        apiVersion: tidemark/v1
        name: x
        source: {jdbc: {url: "jdbc:postgresql://127.0.0.1:1/a", user: u, password: "${file:%s:password}", table: t}}
        sink: {file: {path: out, format: csv}}
        """
            .formatted(secret);

    Cli cli = Cli.run("run", spec(text), "--data", data());

    assertRefused(cli, ExitCode.UNREACHABLE, "127.0.0.1:1");
    assertThat(cli.out() + cli.err()).doesNotContain("hunter2");
  }

  @Test
  void shouldNameTheBrokerWhenKafkaIsUnreachable() {
    Cli cli = Cli.run("status", "--bootstrap-server", "127.0.0.1:1");

    assertRefused(cli, ExitCode.UNREACHABLE, "127.0.0.1:1", "check --bootstrap-server");
  }

  @Test
  void shouldRefuseWhenADurationIsNone() {
    Cli cli = Cli.run("wait", "x-00000000", "--timeout", "soon");

    assertRefused(cli, ExitCode.USAGE, "--timeout soon", "10m");
  }

  private void assertRefused(Cli cli, int exitCode, String... says) {
    assertThat(cli.err()).startsWith("tidemark: ").contains(says).doesNotContain("\tat ");
    assertThat(cli.exitCode()).isEqualTo(exitCode);
    assertThat(dir.resolve("data")).doesNotExist();
  }

  private String spec(String text) throws IOException {
    return Files.writeString(dir.resolve("spec.yaml"), text).toString();
  }

  private String data() {
    return dir.resolve("data").toString();
  }
}
