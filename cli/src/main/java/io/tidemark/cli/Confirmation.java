package io.tidemark.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.util.Locale;
import java.util.Set;
import picocli.CommandLine.Option;

/** Asks before what cannot be taken back. */
final class Confirmation {

  private static final Set<String> YES = Set.of("y", "yes");

  @Option(
      names = {"-y", "--yes"},
      description = "Do not ask. Needed where standard input is no terminal.")
  private boolean yes;

  /**
   * Returns if the user wants it.
   *
   * @param question what is about to happen
   * @throws CliException if not, or if nobody can be asked
   */
  void require(String question) throws CliException {
    if (yes) {
      return;
    }
    if (!Terminal.in()) {
      throw new CliException(
          ExitCode.USAGE,
          question + " Nobody can be asked here, as standard input is no terminal: add --yes");
    }
    System.err.print(question + " [y/N] ");
    System.err.flush();
    if (!YES.contains(answer())) {
      throw new CliException(ExitCode.USAGE, "nothing was done");
    }
  }

  private static String answer() throws CliException {
    try {
      String line =
          new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset())).readLine();
      return line == null ? "" : line.strip().toLowerCase(Locale.ROOT);
    } catch (IOException e) {
      throw new CliException(ExitCode.USAGE, "cannot read the answer: " + e.getMessage());
    }
  }
}
