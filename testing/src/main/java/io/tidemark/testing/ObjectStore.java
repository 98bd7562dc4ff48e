package io.tidemark.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A real server that speaks S3: s3proxy, a process of its own on a port of its own, which the build
 * puts into {@code testing/target/s3proxy}. It has the class path of its jar alone.
 */
public final class ObjectStore implements AutoCloseable {

  /** The credentials that it takes. */
  public static final String ACCESS_KEY = "the-access-key";

  /** The credentials that it takes. */
  public static final String SECRET_KEY = "the-secret-key-that-no-message-may-hold";

  private static final Pattern LISTENS = Pattern.compile("Started .*\\{127\\.0\\.0\\.1:(\\d+)}");
  private static final long PATIENCE_SECONDS = 60;

  private final Process process;
  private final String endpoint;

  private ObjectStore(Process process, String endpoint) {
    this.process = process;
    this.endpoint = endpoint;
  }

  /** Starts one that keeps all in memory. */
  public static ObjectStore inMemory() {
    return start(Map.of("jclouds.provider", "transient-nio2"));
  }

  /** Starts one that keeps its objects in a folder; a folder in that is a bucket. */
  public static ObjectStore in(Path folder) {
    return start(
        Map.of(
            "jclouds.provider",
            "filesystem-nio2",
            "jclouds.filesystem.basedir",
            folder.toAbsolutePath().toString()));
  }

  private static ObjectStore start(Map<String, String> backend) {
    Path jar =
        Path.of(System.getProperty("tidemark.root")).resolve("testing/target/s3proxy/s3proxy.jar");
    if (!Files.exists(jar)) {
      throw new IllegalStateException(
          jar
              + " is missing; the build of the module testing puts it there: mvn -pl testing compile");
    }
    Properties all = new Properties();
    all.putAll(backend);
    all.put("s3proxy.endpoint", "http://127.0.0.1:0");
    all.put("s3proxy.authorization", "aws-v2-or-v4");
    all.put("s3proxy.identity", ACCESS_KEY);
    all.put("s3proxy.credential", SECRET_KEY);
    all.put("jclouds.identity", "unused");
    all.put("jclouds.credential", "unused");
    try {
      Path settings = Files.createTempFile("s3proxy", ".properties");
      try (var out = Files.newBufferedWriter(settings)) {
        all.store(out, null);
      }
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-Xmx512m",
                  "-jar",
                  jar.toString(),
                  "--properties",
                  settings.toString())
              .redirectErrorStream(true)
              .start();
      // Ends with this process, whatever becomes of that.
      Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
      int port = port(process);
      // It has read them; whoever shares a server for a whole JVM never closes it.
      Files.delete(settings);
      return new ObjectStore(process, "http://127.0.0.1:" + port);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int port(Process process) {
    CompletableFuture<Integer> port = new CompletableFuture<>();
    Thread reader =
        new Thread(
            () -> {
              List<String> said = new ArrayList<>();
              try (BufferedReader lines =
                  new BufferedReader(
                      new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                  Matcher m = LISTENS.matcher(line);
                  if (m.find()) {
                    port.complete(Integer.parseInt(m.group(1)));
                  }
                  if (!port.isDone()) {
                    said.add(line);
                  }
                }
              } catch (IOException e) {
                port.completeExceptionally(e);
              }
              port.completeExceptionally(
                  new IllegalStateException("s3proxy ended: " + String.join("\n", said)));
            },
            "s3proxy-output");
    reader.setDaemon(true);
    reader.start();
    try {
      return port.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      process.destroyForcibly();
      throw new IllegalStateException("s3proxy does not start", e);
    }
  }

  /** Its URL. */
  public String endpoint() {
    return endpoint;
  }

  /** Its process id, to stop and go on with. */
  public long pid() {
    return process.pid();
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
