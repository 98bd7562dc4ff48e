package io.tidemark.connectors.file;

import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.FailureKind;
import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.function.Predicate;

/** Finds the files of a source in a file system, as {@link SourceStorage#find} says. */
final class LocalFiles {

  private LocalFiles() {}

  /**
   * The files, sorted by path.
   *
   * @throws TaskException FATAL if there are none, or a folder cannot be read
   */
  static List<Path> find(String text, FileFormat format) throws TaskException {
    List<Path> paths;
    try {
      Path literal = Path.of(text);
      if (Files.isRegularFile(literal)) {
        paths = List.of(literal);
      } else if (Files.isDirectory(literal)) {
        paths = walk(literal, p -> format.isEndingOf(text(p)));
      } else if (Glob.isGlob(text)) {
        Glob glob = Glob.of(text);
        Path base = Path.of(glob.base());
        paths = Files.isDirectory(base) ? walk(base, p -> glob.matches(text(p))) : List.of();
      } else {
        paths = List.of();
      }
    } catch (InvalidPathException e) {
      throw new TaskException(
          FailureKind.FATAL, "", "source.file.path: '" + text + "' is no path", e);
    } catch (IllegalArgumentException e) {
      throw new TaskException(
          FailureKind.FATAL, "", "source.file.path: '" + text + "': " + e.getMessage(), e);
    }
    if (paths.isEmpty()) {
      throw TaskException.fatal(
          "source.file.path: no "
              + format.id()
              + " file matches '"
              + text
              + "' (working directory "
              + Path.of("").toAbsolutePath()
              + "; a folder is searched for "
              + String.join(", ", format.endings())
              + ", names that begin with '.' or '_' are passed over)");
    }
    return paths;
  }

  private static String text(Path path) {
    return path.toString().replace('\\', '/');
  }

  private static List<Path> walk(Path base, Predicate<Path> wanted) throws TaskException {
    List<Path> found = new ArrayList<>();
    try {
      Files.walkFileTree(
          base,
          EnumSet.of(FileVisitOption.FOLLOW_LINKS),
          Integer.MAX_VALUE,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes a) {
              return !dir.equals(base) && isHidden(dir)
                  ? FileVisitResult.SKIP_SUBTREE
                  : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes a) {
              if (a.isRegularFile() && !isHidden(file) && wanted.test(file)) {
                found.add(file);
              }
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw FileErrors.reading(base, e);
    }
    found.sort(Comparator.comparing(Path::toString));
    return found;
  }

  private static boolean isHidden(Path path) {
    String name = path.getFileName().toString();
    return name.startsWith(".") || name.startsWith("_");
  }
}
