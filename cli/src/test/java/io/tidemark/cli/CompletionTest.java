package io.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine.Model.OptionSpec;

/** The script that {@code completion} prints, in a real shell. */
@Isolated("it reads what this process writes")
final class CompletionTest {

  @TempDir Path dir;

  @ParameterizedTest
  @CsvSource({"tidemark pau,pause", "tidemark throttle --row,--rows-per-second"})
  void shouldCompleteVerbsAndOptionsWhenBashSourcedIt(String line, String completed)
      throws Exception {
    Cli cli = Cli.run("completion", "bash");
    Path script = Files.writeString(dir.resolve("tidemark.bash"), cli.out());

    String reply =
        bash(
            "compopt() { :; }; source %s; COMP_WORDS=(%s); COMP_CWORD=$((${#COMP_WORDS[@]} - 1));"
                    .formatted(script, line)
                + " _complete_tidemark tidemark; echo \"${COMPREPLY[*]}\"");

    assertThat(cli.exitCode()).isZero();
    assertThat(reply.strip()).isEqualTo(completed);
  }

  @Test
  void shouldLoadWhatZshNeedsWhenForZsh() {
    assertThat(Cli.run("completion", "zsh").out())
        .startsWith("autoload -U +X compinit")
        .contains("bashcompinit", "_complete_tidemark");
  }

  @Test
  void shouldHoldEveryVerbAndEveryOptionWhenForFish() {
    Cli cli = Cli.run("completion", "fish");

    assertThat(cli.exitCode()).isZero();
    List<String> lines = cli.out().lines().toList();
    Main.commandLine()
        .getSubcommands()
        .forEach(
            (verb, command) -> {
              assertThat(lines)
                  .anyMatch(
                      l ->
                          l.startsWith(
                              "complete -c tidemark -n '__fish_use_subcommand' -a "
                                  + verb
                                  + " -d"));
              for (OptionSpec option : command.getCommandSpec().options()) {
                for (String name : option.names()) {
                  String word = name.replaceFirst("^--", "-l ").replaceFirst("^-(?=.$)", "-s ");
                  assertThat(lines)
                      .as(verb + " " + name)
                      .anyMatch(
                          l ->
                              l.contains("'__fish_seen_subcommand_from " + verb + "'")
                                  && (l + " ").contains(" " + word + " "));
                }
              }
            });
  }

  @ParameterizedTest
  @CsvSource({
    "tidemark pau,pause",
    "tidemark throttle --row,--rows-per-second",
    "tidemark pause x --command-i,--command-id",
    "tidemark status --output js,json",
    "tidemark completion fi,fish",
    "tidemark plan spec.y,spec.yaml",
    "tidemark pause spec.y,''"
  })
  void shouldCompleteWhenFishSourcedIt(String line, String completed) throws Exception {
    assumeTrue(onPath("fish"), "not run: no fish on the PATH; on Debian: apt-get install fish");
    Files.writeString(dir.resolve("tidemark.fish"), Cli.run("completion", "fish").out());
    Files.writeString(dir.resolve("spec.yaml"), "");

    String reply =
        shell("fish", "cd %s; source tidemark.fish; complete -C '%s'".formatted(dir, line));

    assertThat(reply.lines().map(l -> l.replaceFirst("\t.*", "")).toList())
        .isEqualTo(completed.isEmpty() ? List.of() : List.of(completed));
  }

  private static boolean onPath(String shell) {
    return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, shell)));
  }

  @Test
  void shouldNameTheShellsWhenItKnowsNone() {
    Cli cli = Cli.run("completion", "tcsh");

    assertThat(cli.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(cli.err()).contains("tcsh", "BASH", "ZSH", "FISH");
  }

  private static String bash(String script) throws Exception {
    return shell("bash", script);
  }

  private static String shell(String shell, String script) throws Exception {
    Process p = new ProcessBuilder(shell, "-c", script).redirectErrorStream(true).start();
    p.getOutputStream().close();
    String said = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    p.waitFor();
    return said;
  }
}
