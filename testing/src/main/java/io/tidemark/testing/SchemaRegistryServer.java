package io.tidemark.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A real schema registry for tests: Apicurio Registry, which speaks Confluent's API, as a process
 * of its own. What it holds is kept in a folder, so that it may be killed and come back.
 */
public final class SchemaRegistryServer implements AutoCloseable {

  private static final String NAME = "apicurio-registry-app";
  private static final Pattern LISTENING = Pattern.compile("on: http://127\\.0\\.0\\.1:(\\d+)");
  private static final long PATIENCE_SECONDS = 120;
  private static final int POLL_MS = 50;

  private static SchemaRegistryServer shared;

  private final Path dir;
  private int port;
  private Process process;

  private SchemaRegistryServer(Path dir) {
    this.dir = dir;
    start();
  }

  /** The one that all test classes of this JVM share; it ends with the JVM. */
  public static synchronized SchemaRegistryServer shared() {
    if (shared == null) {
      SchemaRegistryServer made = own();
      Runtime.getRuntime().addShutdownHook(new Thread(made::close));
      shared = made;
    }
    return shared;
  }

  /** One that a test may kill. */
  public static SchemaRegistryServer own() {
    try {
      return new SchemaRegistryServer(Files.createTempDirectory("tidemark-registry-"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where its Confluent API answers; the same after {@link #restart}. */
  public String url() {
    return "http://127.0.0.1:" + port + "/apis/ccompat/v7";
  }

  /** Ends it as a power cut would. */
  public void kill() {
    try {
      process.destroyForcibly().waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Starts it again with what it held, on the same port. */
  public void restart() {
    kill();
    start();
  }

  private void start() {
    Path log = dir.resolve("log.txt");
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx300m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dquarkus.http.host=127.0.0.1",
                "-Dquarkus.http.port=" + port,
                "-Dquarkus.management.host=127.0.0.1",
                "-Dquarkus.management.port=0",
                // What was answered must outlive a kill.
                "-Dapicurio.datasource.url=jdbc:h2:file:" + dir.resolve("db") + ";WRITE_DELAY=0",
                "-jar",
                unpacked().resolve("quarkus-run.jar").toString()));
    try {
      process =
          new ProcessBuilder(command)
              .directory(dir.toFile())
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
      String said = "";
      while (System.nanoTime() - deadline < 0 && process.isAlive()) {
        said = new String(Files.readAllBytes(log), StandardCharsets.ISO_8859_1);
        Matcher listening = LISTENING.matcher(said);
        if (listening.find()) {
          port = Integer.parseInt(listening.group(1));
          return;
        }
        process.waitFor(POLL_MS, TimeUnit.MILLISECONDS);
      }
      kill();
      throw new IllegalStateException("the schema registry did not start: " + said);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** The distribution, unpacked once for all modules. */
  private static Path unpacked() {
    Path archive = archive();
    String version = archive.getFileName().toString().replace("-all.tar.gz", "");
    Path target = Path.of(System.getProperty("tidemark.root", ".."), "testing", "target");
    Path unpacked = target.resolve(version);
    if (Files.isDirectory(unpacked)) {
      return unpacked;
    }
    try {
      Files.createDirectories(target);
      Path making = Files.createTempDirectory(target, "unpacking-");
      int code =
          new ProcessBuilder("tar", "-xzf", archive.toString(), "-C", making.toString())
              .inheritIO()
              .start()
              .waitFor();
      if (code != 0) {
        throw new IllegalStateException("tar cannot unpack " + archive);
      }
      try {
        Files.move(making, unpacked);
      } catch (IOException e) {
        // Another module's tests were faster.
        delete(making);
        if (!Files.isDirectory(unpacked)) {
          throw e;
        }
      }
      return unpacked;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** Where Maven put it: the build says so, and an IDE that does not finds it there as well. */
  private static Path archive() {
    String repository =
        System.getProperty(
            "tidemark.maven.repository",
            Path.of(System.getProperty("user.home"), ".m2", "repository").toString());
    Path versions = Path.of(repository, "io", "apicurio", NAME);
    try (Stream<Path> files = Files.walk(versions)) {
      return files
          .filter(f -> f.toString().endsWith("-all.tar.gz"))
          .max(Comparator.naturalOrder())
          .orElseThrow();
    } catch (IOException | java.util.NoSuchElementException e) {
      throw new IllegalStateException(
          "no " + NAME + " below " + versions + "; run mvn once, which fetches it", e);
    }
  }

  private static void delete(Path dir) throws IOException {
    try (Stream<Path> files = Files.walk(dir)) {
      for (Path p : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(p);
      }
    }
  }

  @Override
  public void close() {
    kill();
    try {
      delete(dir);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
