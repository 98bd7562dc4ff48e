package io.tidemark.connectors.file;

import io.tidemark.connectors.api.ChunkReader;
import io.tidemark.connectors.api.PlannedSlice;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.FileSlice;
import java.util.List;
import java.util.function.Consumer;
import org.apache.avro.Schema;

/** What differs from one format of files to another. Thread-safe. */
interface FileKind {

  /**
   * Schema of a row of all of these files; field order is column order.
   *
   * @throws TaskException FATAL if a file cannot be read, or two disagree
   */
  Schema schema(List<SourceFile> files) throws TaskException;

  /**
   * Cuts a file into slices of about the settings' bytes. Where a slice ends depends on where it
   * starts only.
   *
   * @param from where the first slice starts, as an earlier slice ended; -1: at the first row
   */
  void cut(SourceFile file, long from, Consumer<PlannedSlice> out) throws TaskException;

  /** Opens a slice of a file that still is as planned. */
  ChunkReader open(SourceFile file, FileSlice slice, Schema schema) throws TaskException;

  /** How it reads, in a line. */
  String explain();
}
