package io.tidemark.cli.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Folders below {@code target} that outlive the test, so that the logs can be read afterwards. */
final class Workshop {

  private Workshop() {}

  /** An empty folder of this name; what an earlier test left there is gone. */
  static Path emptied(String name) throws IOException {
    Path dir = of(name);
    if (Files.exists(dir)) {
      empty(dir);
    }
    return Files.createDirectories(dir);
  }

  /** Where the folder of this name is. */
  static Path of(String name) {
    return Path.of("target", name).toAbsolutePath();
  }

  /** Deletes a folder with all there is in it. */
  static void empty(Path dir) throws IOException {
    List<Path> old;
    try (Stream<Path> files = Files.walk(dir)) {
      old = files.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path p : old) {
      Files.delete(p);
    }
  }
}
