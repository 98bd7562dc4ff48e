package io.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.testing.GeneratedPage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import picocli.CommandLine.Command;

/** {@code docs/reference/commands.md}: what each verb says of itself. */
@Isolated("it reads what this process writes")
final class CommandsPageTest {

  private final GeneratedPage page =
      new GeneratedPage(
          "commands.md",
          CommandsPageTest.class,
          "Commands",
          """

          What `tidemark VERB --help` says. In a checkout the command is `./tidemark`.""");

  @Test
  void shouldTellWhatEveryVerbSaysOfItself() {
    usage("tidemark", "--help");
    for (Class<?> verb : Main.class.getAnnotation(Command.class).subcommands()) {
      Command command = verb.getAnnotation(Command.class);
      if (!command.hidden()) {
        usage("tidemark " + command.name(), command.name(), "--help");
      }
    }
    page.check();
  }

  private void usage(String title, String... args) {
    Cli said = Cli.run(args);
    assertThat(said.exitCode()).as(title).isZero();
    page.heading(2, title).line("```text");
    said.out().strip().lines().forEach(page::line);
    page.line("```");
  }
}
