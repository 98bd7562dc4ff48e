package io.tidemark.connectors.file;

import io.tidemark.core.retry.TaskException;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A folder of a file system that every worker and reconciler sees under the same path. */
final class LocalSink implements SinkStorage {

  private static final int PROBE = 4_096;

  private final Path root;

  LocalSink(Path root) {
    this.root = root;
  }

  @Override
  public String place(String path) {
    return root.resolve(path).toString();
  }

  @Override
  public void check() throws TaskException {
    if (Files.exists(root) && !Files.isDirectory(root)) {
      throw TaskException.fatal("sink.file.path: " + root + " is a file; name a folder");
    }
  }

  @Override
  public void prepare(String folder) throws TaskException {
    Path there = root.resolve(folder);
    try {
      Files.createDirectories(there);
      // Permissions alone do not tell: the file system may be read-only, or full.
      Path probe = Files.createTempFile(there, "probe", ".tmp");
      Files.write(probe, new byte[PROBE]);
      Files.delete(probe);
    } catch (IOException e) {
      throw FileErrors.writing(there, e);
    }
  }

  @Override
  public boolean exists(String path) {
    return Files.exists(root.resolve(path), LinkOption.NOFOLLOW_LINKS);
  }

  @Override
  public Map<String, Long> files(String folder, String prefix) throws IOException {
    Map<String, Long> found = new TreeMap<>();
    DirectoryStream.Filter<Path> wanted = p -> p.getFileName().toString().startsWith(prefix);
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(root.resolve(folder), wanted)) {
      for (Path entry : entries) {
        size(entry).ifPresent(size -> found.put(entry.getFileName().toString(), size));
      }
    } catch (NoSuchFileException e) {
      return Map.of();
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return found;
  }

  // Of what lies there itself, links included; empty for folders, and where it went meanwhile.
  private static Optional<Long> size(Path path) throws IOException {
    try {
      BasicFileAttributes a =
          Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      return a.isDirectory() ? Optional.empty() : Optional.of(a.size());
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  @Override
  public Map<String, Long> below(String folder) throws IOException {
    Path top = root.resolve(folder);
    Map<String, Long> found = new TreeMap<>();
    if (Files.isDirectory(top, LinkOption.NOFOLLOW_LINKS)) {
      Files.walkFileTree(
          top,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes a) {
              found.put(top.relativize(file).toString().replace('\\', '/'), a.size());
              return FileVisitResult.CONTINUE;
            }
          });
    }
    return found;
  }

  /** None: what is being made lies beside the claims. */
  @Override
  public Map<String, Long> unfinished(String folder) {
    return Map.of();
  }

  @Override
  public void drop(String folder, List<String> unfinished) {
    // There are none.
  }

  @Override
  public boolean mark(String path) throws IOException {
    Path marker = root.resolve(path);
    Files.createDirectories(marker.getParent());
    if (Files.exists(marker)) {
      return false;
    }
    try {
      SyncedFile.create(marker).finish();
    } catch (FileAlreadyExistsException e) {
      return false;
    }
    SyncedFile.syncFolder(marker.getParent());
    return true;
  }

  @Override
  public Optional<ChunkFile> create(String madePath, String finishedPath) throws IOException {
    Path made = root.resolve(madePath);
    Path finished = root.resolve(finishedPath);
    if (Files.exists(finished) || Files.exists(made)) {
      return Optional.empty();
    }
    SyncedFile file = SyncedFile.create(made);
    // Looked at again: it may have been finished before ours was made.
    if (!Files.exists(finished)) {
      return Optional.of(new LocalChunk(made, finished, file));
    }
    file.close();
    Files.delete(made);
    return Optional.empty();
  }

  private record LocalChunk(Path made, Path finished, SyncedFile output) implements ChunkFile {

    @Override
    public String name() {
      return made.toString();
    }

    @Override
    public void finish() throws IOException {
      output.finish();
    }

    @Override
    public long publish() throws IOException {
      Files.move(made, finished, StandardCopyOption.ATOMIC_MOVE);
      SyncedFile.syncFolder(finished.getParent());
      return Files.size(finished);
    }

    @Override
    public void close() throws IOException {
      output.close();
      Files.deleteIfExists(made);
    }
  }

  @Override
  public Optional<byte[]> read(String path) throws IOException {
    try {
      return Optional.of(Files.readAllBytes(root.resolve(path)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  @Override
  public void write(String path, byte[] contents) throws IOException {
    Path target = root.resolve(path);
    Path made = root.resolve(path + ".tmp");
    Files.createDirectories(target.getParent());
    Files.deleteIfExists(made);
    try (SyncedFile file = SyncedFile.create(made)) {
      file.write(contents);
      file.finish();
    }
    Files.move(made, target, StandardCopyOption.ATOMIC_MOVE);
    SyncedFile.syncFolder(target.getParent());
  }

  @Override
  public void delete(String path) throws IOException {
    Files.deleteIfExists(root.resolve(path));
  }

  @Override
  public void remove(String folder) throws IOException {
    Path top = root.resolve(folder);
    if (!Files.isDirectory(top, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    Files.walkFileTree(
        top,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes a) throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path dir, IOException e) throws IOException {
            if (e != null) {
              throw e;
            }
            Files.deleteIfExists(dir);
            return FileVisitResult.CONTINUE;
          }
        });
    try {
      Files.deleteIfExists(top.getParent());
    } catch (DirectoryNotEmptyException others) {
      // Other backfills are at work beside this one.
      return;
    }
  }

  /** Never: a file that was moved is no longer where it was. */
  @Override
  public boolean isPromoted(Move move) {
    return false;
  }

  @Override
  public void promote(List<Move> moves) throws IOException {
    Files.createDirectories(root);
    for (Move m : moves) {
      Files.move(root.resolve(m.from()), root.resolve(m.to()), StandardCopyOption.ATOMIC_MOVE);
    }
    SyncedFile.syncFolder(root);
  }

  @Override
  public TaskException failure(String path, IOException e) {
    return FileErrors.writing(Path.of(path), e);
  }

  @Override
  public void close() {
    // Holds nothing open: writers are closed by those who opened them.
  }
}
