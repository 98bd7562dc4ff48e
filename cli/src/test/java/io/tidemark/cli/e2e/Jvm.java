package io.tidemark.cli.e2e;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;

/**
 * How JVMs of the command line are started by tests: on this JVM's class path, with an archive of
 * its classes, made once, that halves what a start costs. Such an archive takes no folders, so
 * those on the class path become jars.
 */
final class Jvm {

  private static final class Prepared {
    static final Path DIR = dir();
    static final String CLASS_PATH = classPath();
    static final Optional<Path> ARCHIVE = archive();
  }

  private Jvm() {}

  /** The beginning of a command: java with these options, and a main class to come. */
  static List<String> command(List<String> options) {
    List<String> command = new ArrayList<>(java());
    Prepared.ARCHIVE.ifPresent(a -> command.add("-XX:SharedArchiveFile=" + a));
    command.addAll(options);
    command.addAll(List.of("-cp", Prepared.CLASS_PATH));
    return command;
  }

  private static List<String> java() {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xshare:auto");
  }

  private static Path dir() {
    try {
      Path dir = Files.createTempDirectory("tidemark-jvm-");
      Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(dir)));
      return dir;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path dir) {
    try (Stream<Path> files = Files.walk(dir)) {
      for (Path p : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(p);
      }
    } catch (IOException e) {
      System.err.println("not deleted: " + dir + ": " + e);
    }
  }

  private static String classPath() {
    List<String> entries = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      Path path = Path.of(entry);
      if (Files.isDirectory(path)) {
        entries.add(jar(path, entries.size()).toString());
      } else if (Files.exists(path)) {
        entries.add(entry);
      }
    }
    return String.join(File.pathSeparator, entries);
  }

  private static Path jar(Path folder, int number) {
    Path jar = Prepared.DIR.resolve(number + ".jar");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
        Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        out.putNextEntry(
            new ZipEntry(folder.relativize(file).toString().replace(File.separatorChar, '/')));
        Files.copy(file, out);
        out.closeEntry();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return jar;
  }

  /** Trained by a small backfill with everything in it; without the archive all works as well. */
  private static Optional<Path> archive() {
    Path archive = Prepared.DIR.resolve("classes.jsa");
    try {
      Files.writeString(Prepared.DIR.resolve("in.csv"), "a\n1\n");
      Path spec =
          Files.writeString(
              Prepared.DIR.resolve("spec.yaml"),
              """
              apiVersion: tidemark/v1
              name: training
              source: {file: {path: in.csv, format: csv}}
              sink: {file: {path: out, format: csv}}
              """);
      List<String> command = new ArrayList<>(java());
      command.addAll(
          List.of(
              "-XX:ArchiveClassesAtExit=" + archive,
              "-XX:+UseSerialGC",
              "-XX:TieredStopAtLevel=1",
              "-cp",
              Prepared.CLASS_PATH,
              "io.tidemark.cli.Main",
              "run",
              spec.toString(),
              "--data",
              "data"));
      Process training =
          new ProcessBuilder(command)
              .directory(Prepared.DIR.toFile())
              .redirectErrorStream(true)
              .redirectOutput(Prepared.DIR.resolve("training.log").toFile())
              .start();
      if (!training.waitFor(2, TimeUnit.MINUTES)) {
        training.destroyForcibly().waitFor();
      }
      if (Files.exists(archive)) {
        return Optional.of(archive);
      }
      System.err.println(
          "no class archive: " + Files.readString(Prepared.DIR.resolve("training.log")));
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
