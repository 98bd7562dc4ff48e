package io.tidemark.connectors.file;

import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.FailureKind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Files of a file system that every planner and worker sees under the same paths. Versions are told
 * apart by their size and time of modification.
 */
final class LocalSource implements SourceStorage {

  private static final long READ_FOR_MESSAGES = 64 << 20;

  @Override
  public List<SourceFile> find(String text, FileFormat format) throws TaskException {
    List<SourceFile> files = new ArrayList<>();
    for (Path p : LocalFiles.find(text, format)) {
      files.add(look(p.toString()));
    }
    return List.copyOf(files);
  }

  @Override
  public SourceFile look(String path) throws TaskException {
    try {
      BasicFileAttributes a = Files.readAttributes(Path.of(path), BasicFileAttributes.class);
      return new SourceFile(this, path, a.size(), a.lastModifiedTime().toMillis());
    } catch (NoSuchFileException e) {
      throw new TaskException(
          FailureKind.FATAL,
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

  @Override
  public FileBytes open(SourceFile file) throws IOException {
    FileChannel channel = FileChannel.open(Path.of(file.path()), StandardOpenOption.READ);
    return new FileBytes() {
      @Override
      public int read(ByteBuffer into, long at) throws IOException {
        return channel.read(into, at);
      }

      @Override
      public void close() throws IOException {
        channel.close();
      }
    };
  }

  @Override
  public String version(SourceFile file) {
    return file.size() + " bytes of " + Instant.ofEpochMilli(file.modified());
  }

  @Override
  public long readForMessages() {
    return READ_FOR_MESSAGES;
  }

  @Override
  public void close() {
    // Holds nothing open: readers are closed by those who opened them.
  }
}
