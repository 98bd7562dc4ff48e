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
import java.util.Locale;
import java.util.function.Predicate;

/**
 * Finds the files of a source. A path that exists is taken literally: a file, or a folder, in and
 * below which all files of the format's endings count. Anything else is a {@link Glob}. Names that
 * begin with a dot or an underscore are passed over, as is usual for files in the making and for
 * manifests, unless the path names them itself.
 */
final class SourceFiles {

  private SourceFiles() {}

  /**
   * The files, sorted by path.
   *
   * @throws TaskException FATAL if there are none, or a folder cannot be read
   */
  static List<SourceFile> find(String text, FileFormat format) throws TaskException {
    List<Path> paths;
    try {
      Path literal = Path.of(text);
      if (Files.isRegularFile(literal)) {
        paths = List.of(literal);
      } else if (Files.isDirectory(literal)) {
        paths = walk(literal, p -> hasEnding(p, format));
      } else if (Glob.isGlob(text)) {
        Glob glob = Glob.of(text);
        paths = Files.isDirectory(glob.base()) ? walk(glob.base(), glob::matches) : List.of();
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
    List<SourceFile> files = new ArrayList<>();
    for (Path p : paths) {
      files.add(SourceFile.at(p));
    }
    return List.copyOf(files);
  }

  private static boolean hasEnding(Path path, FileFormat format) {
    String name = path.getFileName().toString().toLowerCase(Locale.ROOT);
    return format.endings().stream().anyMatch(name::endsWith);
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
