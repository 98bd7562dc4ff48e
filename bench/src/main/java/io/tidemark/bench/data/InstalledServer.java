package io.tidemark.bench.data;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A cluster of its own, made and run with the PostgreSQL binaries that this machine has. */
final class InstalledServer implements Server {

  private final Path bin;
  private final Path data;
  private final int port;

  private InstalledServer(Path bin, Path data, int port) {
    this.bin = bin;
    this.data = data;
    this.port = port;
  }

  /** Folder of the newest server's binaries: on the path, or where Debian puts them. */
  static Optional<Path> find() throws IOException {
    List<Path> folders = new ArrayList<>();
    Arrays.stream(System.getenv("PATH").split(":", -1)).map(Path::of).forEach(folders::add);
    Path debian = Path.of("/usr/lib/postgresql");
    if (Files.isDirectory(debian)) {
      try (Stream<Path> versions = Files.list(debian)) {
        versions
            .sorted(Comparator.comparingInt(InstalledServer::version).reversed())
            .map(v -> v.resolve("bin"))
            .forEach(folders::add);
      }
    }
    return folders.stream()
        .filter(f -> Stream.of("initdb", "pg_ctl").allMatch(p -> Files.isExecutable(f.resolve(p))))
        .findFirst();
  }

  private static int version(Path folder) {
    String name = folder.getFileName().toString();
    return name.matches("\\d{1,4}") ? Integer.parseInt(name) : 0;
  }

  static InstalledServer start(Path bin, Path folder) throws IOException, InterruptedException {
    Path data = folder.resolve("postgres");
    if (asRoot()) {
      // The server refuses to run as root; its account must be able to make its folder here.
      Files.createDirectories(data);
      call(List.of("chown", "postgres", data.toString()));
    }
    InstalledServer server = new InstalledServer(bin, data, freePort());
    server.call(
        "initdb",
        "-D",
        data.toString(),
        "-U",
        Database.USER,
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale",
        "C");
    StringBuilder options = new StringBuilder("-p " + server.port);
    options.append(" -c listen_addresses=127.0.0.1 -c unix_socket_directories=''");
    Server.settings().forEach((k, v) -> options.append(" -c ").append(k).append('=').append(v));
    server.call(
        "pg_ctl",
        "start",
        "-w",
        "-D",
        data.toString(),
        "-o",
        options.toString(),
        "-l",
        data.resolve("server.log").toString());
    return server;
  }

  private static boolean asRoot() {
    return System.getProperty("user.name").equals("root");
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private void call(String program, String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    if (asRoot()) {
      command.addAll(List.of("runuser", "-u", "postgres", "--"));
    }
    command.add(bin.resolve(program).toString());
    command.addAll(List.of(arguments));
    call(command);
  }

  private static void call(List<String> command) throws IOException, InterruptedException {
    Path log = Files.createTempFile("tidemark-bench-", ".log");
    try {
      // A file and no pipe: the server, which stays, would keep a pipe open.
      int code =
          new ProcessBuilder(command)
              .directory(Path.of("/").toFile())
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start()
              .waitFor();
      if (code != 0) {
        throw new IOException(
            String.join(" ", command) + " ended with " + code + ": " + Files.readString(log));
      }
    } finally {
      Files.delete(log);
    }
  }

  @Override
  public int port() {
    return port;
  }

  @Override
  public void close() throws IOException {
    try {
      call("pg_ctl", "stop", "-w", "-m", "immediate", "-D", data.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while the server in " + data + " was being stopped", e);
    }
  }
}
