package io.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
  void shouldNameTheShellsWhenItKnowsNone() {
    Cli cli = Cli.run("completion", "fish");

    assertThat(cli.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(cli.err()).contains("fish", "BASH", "ZSH");
  }

  private static String bash(String script) throws Exception {
    Process p = new ProcessBuilder("bash", "-c", script).redirectErrorStream(true).start();
    p.getOutputStream().close();
    String said = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    p.waitFor();
    return said;
  }
}
