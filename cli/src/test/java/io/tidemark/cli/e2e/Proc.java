package io.tidemark.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A real process of the command line: its output goes to files, signals reach it by its pid. */
public final class Proc implements AutoCloseable {

  private final String name;
  private final Process process;
  private final Path out;
  private final Path err;

  private Proc(String name, Process process, Path out, Path err) {
    this.name = name;
    this.process = process;
    this.out = out;
    this.err = err;
  }

  /**
   * Starts {@code tidemark args} on this JVM's java and class path.
   *
   * @param dir its working directory, where its output goes as well
   * @param environment added to this process's
   * @param options of the JVM
   */
  public static Proc start(
      Path dir,
      String name,
      Map<String, String> environment,
      List<String> options,
      String... args) {
    return java(dir, name, environment, options, "io.tidemark.cli.Main", args);
  }

  /**
   * Starts any main class on this JVM's java and class path.
   *
   * @param dir its working directory, where its output goes as well
   * @param environment added to this process's
   * @param options of the JVM
   */
  public static Proc java(
      Path dir,
      String name,
      Map<String, String> environment,
      List<String> options,
      String main,
      String... args) {
    List<String> command = Jvm.command(options);
    command.add(main);
    command.addAll(List.of(args));
    try {
      Path out = Files.createTempFile(dir, name + "-", ".out");
      Path err = Path.of(out.toString().replaceAll("out$", "err"));
      ProcessBuilder builder = new ProcessBuilder(command).directory(dir.toFile());
      builder.environment().putAll(environment);
      builder.redirectOutput(out.toFile()).redirectError(err.toFile());
      return new Proc(name, builder.start(), out, err);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What people call it. */
  public String name() {
    return name;
  }

  /** What it wrote to standard output so far. */
  public String out() {
    return read(out);
  }

  /** What it wrote to standard error, where the log goes, so far. */
  public String err() {
    return read(err);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The last line of standard output that is not blank; empty if there is none. */
  public String lastLine() {
    return out().lines().filter(l -> !l.isBlank()).reduce("", (a, b) -> b);
  }

  /** Whether it runs, or is stopped. */
  public boolean alive() {
    return process.isAlive();
  }

  /** Waits until standard output holds a line with this text, and returns the line. */
  public String awaitLine(String text) {
    await(name + " says '" + text + "'")
        .atMost(Duration.ofMinutes(2))
        .pollInterval(Duration.ofMillis(100))
        .until(() -> !alive() || out().contains(text));
    return out()
        .lines()
        .filter(l -> l.contains(text))
        .findFirst()
        .orElseThrow(() -> new AssertionError("ended without '" + text + "': " + transcript()));
  }

  /** Waits until a line on standard error, where the log goes, matches. */
  public Proc awaitLog(String regex) {
    return awaitLog(regex, Duration.ofMinutes(2));
  }

  /** The same, within a time. */
  public Proc awaitLog(String regex, Duration atMost) {
    await(name + " logs " + regex)
        .atMost(atMost)
        .pollInterval(Duration.ofMillis(100))
        .until(() -> !alive() || logs(regex));
    assertThat(logs(regex)).as(() -> "logs " + regex + ": " + transcript()).isTrue();
    return this;
  }

  private boolean logs(String regex) {
    return err().lines().anyMatch(l -> l.matches(".*(" + regex + ").*"));
  }

  /** Waits until it has ended, and returns its exit code. */
  public int exit(Duration atMost) {
    try {
      if (!process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new AssertionError("still runs after " + atMost + ": " + transcript());
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  /** Waits until it has ended with this exit code. */
  public Proc expect(int code, Duration atMost) {
    assertThat(exit(atMost)).as(() -> transcript()).isEqualTo(code);
    return this;
  }

  /** Sends a signal, such as {@code STOP}. */
  public void signal(String signal) {
    try {
      int code =
          new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
              .inheritIO()
              .start()
              .waitFor();
      assertThat(code).as("kill -%s %s", signal, name).isZero();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  /** Ends it as a power cut would, and waits until it is gone. */
  public void kill9() {
    process.destroyForcibly();
    exit(Duration.ofSeconds(10));
  }

  /** What it was and what it said, shortened to its end. */
  public String transcript() {
    return "%n== %s (%s)%n-- stdout%n%s%n-- stderr%n%s"
        .formatted(
            name,
            alive() ? "running" : "exit " + process.exitValue(),
            tail(out(), 3_000),
            tail(err(), 12_000));
  }

  private static String tail(String text, int length) {
    return text.length() <= length ? text : "…" + text.substring(text.length() - length);
  }

  @Override
  public void close() {
    if (alive()) {
      kill9();
    }
  }
}
