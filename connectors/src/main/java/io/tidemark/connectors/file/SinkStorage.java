package io.tidemark.connectors.file;

import io.tidemark.core.retry.TaskException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where the files of a sink lie: a folder of a file system, or a prefix of an object store. Paths
 * are relative to it, with {@code /} between their names; the empty path is the place itself. What
 * was written is found by whoever looks afterwards, from any process. Failures are {@link
 * StorageException}s, or what the file system says. Thread-safe.
 */
public interface SinkStorage extends AutoCloseable {

  /** The path as people know it. */
  String place(String path);

  /**
   * Checks that the place can be one, touching nothing.
   *
   * @throws TaskException FATAL if not
   */
  void check() throws TaskException;

  /**
   * Makes sure that files can be written in a folder, by writing one and removing it.
   *
   * @throws TaskException if not
   */
  void prepare(String folder) throws TaskException;

  /** Whether there is a file of that path, or a folder. */
  boolean exists(String path) throws IOException;

  /**
   * Files that lie in a folder itself: their sizes in bytes by their names.
   *
   * @param prefix what the names begin with
   */
  Map<String, Long> files(String folder, String prefix) throws IOException;

  /** Files in and below a folder: their sizes in bytes by their paths below it. */
  Map<String, Long> below(String folder) throws IOException;

  /**
   * Files in and below a folder whose writing began and was never completed, as far as {@link
   * #below} does not tell them: by the paths below it that they would have had.
   */
  Map<String, Long> unfinished(String folder) throws IOException;

  /** Drops such files, which whoever wrote them can then complete no more. */
  void drop(String folder, List<String> unfinished) throws IOException;

  /**
   * Creates an empty file, folders above it included.
   *
   * @return false if there is one already
   */
  boolean mark(String path) throws IOException;

  /**
   * Begins a file.
   *
   * @param made where it may lie while it is made
   * @param finished its own path
   * @return empty if one of the names is taken
   * @throws java.nio.file.NoSuchFileException if the folder is gone
   */
  Optional<ChunkFile> create(String made, String finished) throws IOException;

  /** The contents of a file; empty if it is not there. */
  Optional<byte[]> read(String path) throws IOException;

  /** Writes a small file: there as a whole, or not at all; replaces one that is there. */
  void write(String path, byte[] contents) throws IOException;

  /** Removes a file, if it is there. */
  void delete(String path) throws IOException;

  /** Removes a folder with all that is in it, and the folder above if that is empty then. */
  void remove(String folder) throws IOException;

  /**
   * A file to promote.
   *
   * @param from where it lies
   * @param to where readers look
   * @param bytes its size
   */
  record Move(String from, String to, long bytes) {}

  /**
   * Whether what lies at {@code to} came from an earlier promotion of the file that still lies at
   * {@code from}: where promoting copies, an interrupted one leaves both.
   */
  boolean isPromoted(Move move) throws IOException;

  /** Has files be where readers look, each at once and whole; done again, it changes nothing. */
  void promote(List<Move> moves) throws IOException;

  /**
   * A failure of writing, classified.
   *
   * @param path where, as {@link #place} tells it
   */
  TaskException failure(String path, IOException e);

  @Override
  void close();
}
