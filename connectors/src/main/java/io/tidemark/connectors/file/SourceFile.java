package io.tidemark.connectors.file;

import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.FileSlice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * A file as it was when it was looked at.
 *
 * @param path as the spec resolved it: relative if the spec's path was
 * @param size bytes
 * @param modified milliseconds since the epoch
 */
record SourceFile(Path path, long size, long modified) {

  static SourceFile at(Path path) throws TaskException {
    try {
      BasicFileAttributes a = Files.readAttributes(path, BasicFileAttributes.class);
      return new SourceFile(path, a.size(), a.lastModifiedTime().toMillis());
    } catch (NoSuchFileException e) {
      throw new TaskException(
          io.tidemark.schemas.avro.FailureKind.FATAL,
          "",
          path
              + " is not there (working directory "
              + Path.of("").toAbsolutePath()
              + "); every worker must see the planned files under the same paths",
          e);
    } catch (IOException e) {
      throw FileErrors.reading(path, e);
    }
  }

  /**
   * The file of a slice, if it still is what was planned.
   *
   * @throws TaskException FATAL if its size or its modification time is another
   */
  static SourceFile planned(FileSlice slice) throws TaskException {
    SourceFile planned =
        new SourceFile(Path.of(slice.getPath()), slice.getSize(), slice.getModified());
    planned.refuseChange();
    return planned;
  }

  /**
   * @throws TaskException FATAL if the file is no longer as it was
   */
  void refuseChange() throws TaskException {
    SourceFile now = at(path);
    if (!now.equals(this)) {
      throw TaskException.fatal(
          path
              + " has changed since it was planned ("
              + this.inWords()
              + "; now "
              + now.inWords()
              + "); plan again under a new name");
    }
  }

  FileSlice slice(FileFormat format, long from, long to) {
    return new FileSlice(path.toString(), format.id(), from, to, size, modified);
  }

  private String inWords() {
    return size + " bytes of " + java.time.Instant.ofEpochMilli(modified);
  }
}
