package io.tidemark.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The whole terminal, while a live view has it: keys come one by one and unseen, and what was there
 * before comes back in the end. Size and keys by {@code stty}, which every Unix has; without it the
 * view takes 80 columns and 24 lines, and Ctrl-C to leave.
 */
final class Screen implements AutoCloseable {

  private static final String ENTER = "\u001b[?1049h\u001b[?25l";
  private static final String LEAVE = "\u001b[?25h\u001b[?1049l";
  private static final String HOME = "\u001b[H";
  private static final String CLEAR_LINE = "\u001b[K";
  private static final String CLEAR_BELOW = "\u001b[J";
  private static final Pattern SIZE = Pattern.compile("([1-9][0-9]{0,3}) ([1-9][0-9]{0,3})");

  private final PrintStream out;
  private final InputStream keys;
  private final Optional<String> before;

  /**
   * @param columns of the terminal
   * @param lines of the terminal
   */
  record Size(int columns, int lines) {}

  /** Takes the terminal. */
  Screen() {
    this.out = System.out;
    this.keys = System.in;
    this.before = Terminal.in() ? stty("-g") : Optional.empty();
    before.ifPresent(b -> stty("-icanon", "-echo", "min", "0", "time", "0"));
    out.print(ENTER);
    out.flush();
  }

  /** Asked anew each time: windows change. */
  Size size() {
    return stty("size").map(Screen::size).orElseGet(() -> new Size(80, 24));
  }

  static Size size(String answer) {
    Matcher m = SIZE.matcher(answer);
    return m.matches()
        ? new Size(Integer.parseInt(m.group(2)), Integer.parseInt(m.group(1)))
        : new Size(80, 24);
  }

  /** Draws over what is there, without a flicker. */
  void draw(List<String> lines) {
    out.print(frame(lines));
    out.flush();
  }

  static String frame(List<String> lines) {
    return HOME + String.join(CLEAR_LINE + "\r\n", lines) + CLEAR_LINE + CLEAR_BELOW;
  }

  /** Whether the user pressed q since the last call. */
  boolean left() {
    try {
      while (before.isPresent() && keys.available() > 0) {
        int key = keys.read();
        if (key == 'q' || key == 'Q') {
          return true;
        }
      }
    } catch (IOException e) {
      // A terminal that went away: nobody can press a key any more, and nobody looks.
      return true;
    }
    return false;
  }

  @Override
  public void close() {
    out.print(LEAVE);
    out.flush();
    before.ifPresent(Screen::stty);
  }

  /** What stty says of this process's terminal; empty if it cannot. */
  private static Optional<String> stty(String... arguments) {
    String[] command = new String[arguments.length + 1];
    command[0] = "stty";
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    try {
      Process p =
          new ProcessBuilder(command)
              .redirectInput(ProcessBuilder.Redirect.INHERIT)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String answer = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      return p.waitFor(2, TimeUnit.SECONDS) && p.exitValue() == 0
          ? Optional.of(answer)
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }
}
