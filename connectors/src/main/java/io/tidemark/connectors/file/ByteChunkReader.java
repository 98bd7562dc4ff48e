package io.tidemark.connectors.file;

import io.tidemark.connectors.api.ChunkReader;
import io.tidemark.connectors.api.Rows;
import io.tidemark.core.chunking.ChunkSize;
import io.tidemark.core.lifecycle.Cursor;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.FailureKind;
import io.tidemark.schemas.avro.FileSlice;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.avro.generic.GenericRecord;

/**
 * Reads a slice of bytes. The cursor is the offset of the next record. A chunk ends before a bad
 * record, so that the read that fails is the one whose first record is bad.
 */
final class ByteChunkReader implements ChunkReader {

  private static final long NOWHERE = -1;

  private final SourceFile file;
  private final FileSlice slice;
  private final RecordParser parser;
  private volatile boolean cancelled;
  private long at = NOWHERE;

  ByteChunkReader(SourceFile file, FileSlice slice, RecordParser parser) {
    this.file = file;
    this.slice = slice;
    this.parser = parser;
  }

  @Override
  public ChunkEnd read(Cursor after, ChunkSize size, Rows out) throws TaskException {
    long from = after.offsetOr(slice.getFrom());
    if (from < slice.getFrom() || from > slice.getTo()) {
      throw TaskException.fatal(
          "cursor %d lies outside of bytes %d to %d of %s"
              .formatted(from, slice.getFrom(), slice.getTo(), file.path()));
    }
    try {
      if (from != at) {
        parser.seek(from);
      }
      at = NOWHERE;
      int rows = 0;
      // One row whatever its size: blanks before it may be longer than the chunk.
      while (rows == 0 || (rows < size.rows() && parser.offset() - from < size.bytes())) {
        if (cancelled) {
          throw new TaskException(
              FailureKind.TRANSIENT, "CANCELLED", "reading " + file.path() + " was stopped", null);
        }
        GenericRecord row = nextAfter(rows);
        if (row == null) {
          break;
        }
        out.record(row);
        rows++;
      }
      file.refuseChange();
      at = parser.offset();
      return new ChunkEnd(rows == 0 ? after : Cursor.of(at), at == slice.getTo());
    } catch (IOException e) {
      throw FileErrors.reading(file.path(), e);
    }
  }

  @Override
  public Passed pass(Cursor after) throws TaskException {
    try {
      at = NOWHERE;
      parser.seek(after.offsetOr(slice.getFrom()));
      byte[] raw = parser.pass();
      file.refuseChange();
      at = parser.offset();
      return new Passed(ByteBuffer.wrap(raw), new ChunkEnd(Cursor.of(at), at == slice.getTo()));
    } catch (IOException e) {
      throw FileErrors.reading(file.path(), e);
    }
  }

  private GenericRecord nextAfter(int rows) throws TaskException, IOException {
    try {
      return parser.next();
    } catch (TaskException e) {
      if (e.kind() == FailureKind.POISON && rows > 0) {
        return null;
      }
      throw e;
    }
  }

  @Override
  public void cancel() {
    cancelled = true;
  }

  @Override
  public void close() {
    parser.close();
  }
}
