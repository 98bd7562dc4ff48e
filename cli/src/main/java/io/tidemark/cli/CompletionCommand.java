package io.tidemark.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
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
      "  tidemark completion zsh > ~/.zfunc/tidemark.zsh    # and source it in ~/.zshrc"
    })
final class CompletionCommand implements Callable<Integer> {

  /** Shells. */
  enum Shell {
    BASH,
    ZSH
  }

  @Parameters(
      arity = "0..1",
      defaultValue = "bash",
      paramLabel = "bash|zsh",
      description = "The shell. Default: ${DEFAULT-VALUE}.")
  private Shell shell;

  @Override
  public Integer call() {
    String script = AutoComplete.bash("tidemark", Main.commandLine());
    // zsh runs what was written for bash, once it has been told to.
    System.out.print(
        shell == Shell.ZSH
            ? "autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n"
                + script
            : script);
    return ExitCode.DONE;
  }
}
