package io.tidemark.connectors.iceberg;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.ResolvingFileIO;
import org.apache.iceberg.io.StorageCredential;
import org.apache.iceberg.io.SupportsPrefixOperations;
import org.apache.iceberg.io.SupportsStorageCredentials;

/**
 * Files of a table, by the scheme of their location. Those of a mounted file system ({@code file:}
 * or a bare path) are read and written here: Iceberg's own way there is Hadoop's, which wants two
 * dozen jars more, does not run on a JDK of 24 or newer, and does not wait for the disk. All others
 * go to Iceberg's implementation for the scheme, whose jar must be on the class path.
 *
 * <p>Public and with such a constructor because Iceberg makes it by its name.
 */
public final class LakeFiles implements SupportsPrefixOperations, SupportsStorageCredentials {

  private static final long serialVersionUID = 1L;

  private final ResolvingFileIO others = new ResolvingFileIO();
  private Map<String, String> properties = Map.of();

  /** Made by Iceberg, which then calls {@link #initialize}. */
  public LakeFiles() {}

  @Override
  public void initialize(Map<String, String> given) {
    properties = Map.copyOf(given);
    others.initialize(given);
  }

  @Override
  public Map<String, String> properties() {
    return properties;
  }

  @Override
  public void setCredentials(List<StorageCredential> credentials) {
    others.setCredentials(credentials);
  }

  @Override
  public List<StorageCredential> credentials() {
    return others.credentials();
  }

  @Override
  public InputFile newInputFile(String location) {
    return isLocal(location) ? new LocalFile(location) : others(location).newInputFile(location);
  }

  @Override
  public InputFile newInputFile(String location, long length) {
    return isLocal(location)
        ? new LocalFile(location)
        : others(location).newInputFile(location, length);
  }

  @Override
  public OutputFile newOutputFile(String location) {
    return isLocal(location) ? new LocalFile(location) : others(location).newOutputFile(location);
  }

  @Override
  public void deleteFile(String location) {
    if (!isLocal(location)) {
      others(location).deleteFile(location);
      return;
    }
    try {
      Files.delete(path(location));
    } catch (NoSuchFileException e) {
      throw new NotFoundException(e, "There is no file %s", location);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + location, e);
    }
  }

  @Override
  public Iterable<FileInfo> listPrefix(String prefix) {
    return isLocal(prefix) ? listed(prefix) : others.listPrefix(prefix);
  }

  /** Files at and below a folder; none if it is not there. */
  private static List<FileInfo> listed(String folder) {
    List<FileInfo> found = new ArrayList<>();
    String root = folder.endsWith("/") ? folder.substring(0, folder.length() - 1) : folder;
    Path path = path(root);
    walk(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes a) {
            String below = path.relativize(file).toString().replace('\\', '/');
            found.add(
                new FileInfo(
                    below.isEmpty() ? root : root + "/" + below,
                    a.size(),
                    a.lastModifiedTime().toMillis()));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            return passed(e);
          }
        });
    return found;
  }

  @Override
  public void deletePrefix(String prefix) {
    if (!isLocal(prefix)) {
      others.deletePrefix(prefix);
      return;
    }
    walk(
        prefix,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes a) throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            return passed(e);
          }

          @Override
          public FileVisitResult postVisitDirectory(Path dir, IOException e) throws IOException {
            if (e != null) {
              return passed(e);
            }
            Files.deleteIfExists(dir);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  // What another process has removed meanwhile is not there: no failure.
  private static FileVisitResult passed(IOException e) throws IOException {
    if (e instanceof NoSuchFileException) {
      return FileVisitResult.CONTINUE;
    }
    throw e;
  }

  private static void walk(String folder, SimpleFileVisitor<Path> visitor) {
    try {
      Files.walkFileTree(path(folder), visitor);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + folder, e);
    }
  }

  @Override
  public void close() {
    others.close();
  }

  private FileIO others(String location) {
    String scheme = scheme(location);
    if (scheme.equals("hdfs") || scheme.equals("viewfs")) {
      throw new UnsupportedOperationException(
          location
              + ": HDFS is not supported; use a mounted file system or an object store, or set"
              + " io-impl in sink.iceberg.catalog.properties to a FileIO of your own");
    }
    return others;
  }

  /** Whether a location is of a mounted file system. */
  static boolean isLocal(String location) {
    String scheme = scheme(location);
    return scheme.isEmpty() || scheme.equals("file");
  }

  private static String scheme(String location) {
    int colon = location.indexOf(':');
    int slash = location.indexOf('/');
    return colon < 0 || (slash >= 0 && slash < colon)
        ? ""
        : location.substring(0, colon).toLowerCase(Locale.ROOT);
  }

  /** The path that a location of a mounted file system names: bare, or a URI as Hadoop has them. */
  static Path path(String location) {
    if (scheme(location).isEmpty()) {
      return Path.of(location);
    }
    // file:/a, file:///a and file://localhost/a; a name may hold % and blanks, as Hadoop's may.
    String rest = location.substring("file:".length());
    if (rest.startsWith("//")) {
      int slash = rest.indexOf('/', 2);
      rest = slash < 0 ? "/" : rest.substring(slash);
    }
    return Path.of(rest);
  }
}
