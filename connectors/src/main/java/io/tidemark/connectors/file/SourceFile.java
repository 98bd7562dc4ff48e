package io.tidemark.connectors.file;

import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.FileSlice;
import java.io.IOException;

/**
 * A file as it was when it was looked at.
 *
 * @param storage where it lies
 * @param path as the spec resolved it: relative if the spec's path was
 * @param size bytes
 * @param modified changes with the contents: milliseconds since the epoch, or a hash of a version
 */
public record SourceFile(SourceStorage storage, String path, long size, long modified) {

  /**
   * The file of a slice, if it still is what was planned.
   *
   * @throws TaskException FATAL if it is another version
   */
  static SourceFile planned(SourceStorage storage, FileSlice slice) throws TaskException {
    SourceFile planned =
        new SourceFile(storage, slice.getPath(), slice.getSize(), slice.getModified());
    planned.refuseChange();
    return planned;
  }

  /**
   * @throws TaskException FATAL if the file is no longer as it was
   */
  void refuseChange() throws TaskException {
    SourceFile now = storage.look(path);
    if (!now.equals(this)) {
      throw changed("; now " + storage.version(now));
    }
  }

  /** The failure of whoever finds it changed; {@code now} says what it has become. */
  public TaskException changed(String now) {
    return TaskException.fatal(
        path
            + " has changed since it was planned ("
            + storage.version(this)
            + now
            + "); plan again under a new name");
  }

  FileBytes open() throws IOException {
    return storage.open(this);
  }

  FileSlice slice(FileFormat format, long from, long to) {
    return new FileSlice(path, format.id(), from, to, size, modified);
  }
}
