package io.tidemark.connectors.file;

import io.tidemark.core.retry.TaskException;
import java.io.IOException;
import java.util.List;

/**
 * Where files to read lie: a file system, or an object store. A file is known by its path, which is
 * all text that a plan keeps of the place, by its size, and by a number that is another once its
 * contents are. Thread-safe.
 */
public interface SourceStorage extends AutoCloseable {

  /**
   * The files of a source, sorted by path. Text that names one file or folder means just that, with
   * all files of the format's endings in and below the folder; anything else is a {@link Glob}.
   * Names that begin with a dot or an underscore are passed over, as is usual for files in the
   * making and for manifests, unless the text names them itself.
   *
   * @throws TaskException FATAL if there are none
   */
  List<SourceFile> find(String text, FileFormat format) throws TaskException;

  /**
   * The file of that path, as it is now.
   *
   * @throws TaskException FATAL if it is not there
   */
  SourceFile look(String path) throws TaskException;

  /**
   * Opens the file.
   *
   * @throws IOException a {@link StorageException}, or what the file system says
   */
  FileBytes open(SourceFile file) throws IOException;

  /** What tells this version of the file from others, in words. */
  String version(SourceFile file);

  /** How much of a file may be read again for the sake of a message alone, bytes. */
  long readForMessages();

  @Override
  void close();
}
