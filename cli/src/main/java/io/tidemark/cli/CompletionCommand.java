package io.tidemark.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code tidemark completion}: the shell completes verbs and options. */
@Command(
    name = "completion",
    mixinStandardHelpOptions = true,
    description =
        "Print a script that lets a shell complete verbs, options and files. Ids of backfills are not"
            + " completed: that would ask Kafka at each key.",
    footer = {
      "",
      "Examples:",
      "  source <(tidemark completion bash)",
      "  tidemark completion bash > ~/.local/share/bash-completion/completions/tidemark",
      "  tidemark completion zsh > ~/.zfunc/tidemark.zsh    # and source it in ~/.zshrc",
      "  tidemark completion fish > ~/.config/fish/completions/tidemark.fish"
    })
final class CompletionCommand implements Callable<Integer> {

  /** Shells. */
  enum Shell {
    BASH,
    ZSH,
    FISH
  }

  @Parameters(
      arity = "0..1",
      defaultValue = "bash",
      paramLabel = "bash|zsh|fish",
      description = "The shell. Default: ${DEFAULT-VALUE}.")
  private Shell shell;

  @Override
  public Integer call() {
    CommandLine tidemark = Main.commandLine();
    System.out.print(
        switch (shell) {
          case BASH -> bash(tidemark);
          // zsh runs what was written for bash, once it has been told to.
          case ZSH ->
              "autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n"
                  + bash(tidemark);
          case FISH -> FishCompletion.script(tidemark);
        });
    return ExitCode.DONE;
  }

  private static String bash(CommandLine tidemark) {
    return AutoComplete.bash("tidemark", tidemark);
  }
}
