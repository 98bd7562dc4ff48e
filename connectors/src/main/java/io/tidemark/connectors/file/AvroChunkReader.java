package io.tidemark.connectors.file;

import io.tidemark.connectors.api.ChunkReader;
import io.tidemark.connectors.api.Rows;
import io.tidemark.core.chunking.ChunkSize;
import io.tidemark.core.lifecycle.Cursor;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.FailureKind;
import io.tidemark.schemas.avro.FileSlice;
import java.io.IOException;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;

/**
 * Reads the blocks of a slice. The cursor is the count of the slice's rows before the next one: to
 * go on there passes over the blocks before it, which are not inflated. Holds one block.
 */
final class AvroChunkReader implements ChunkReader {

  private static final long NOWHERE = -1;

  private final SourceFile file;
  private final FileSlice slice;
  private final AvroContainer container;
  private final GenericDatumReader<GenericRecord> rows;
  private volatile boolean cancelled;
  private BinaryDecoder block;
  private long left;
  private long at = NOWHERE;

  AvroChunkReader(SourceFile file, FileSlice slice, AvroContainer container, Schema schema) {
    this.file = file;
    this.slice = slice;
    this.container = container;
    this.rows = new GenericDatumReader<>(schema, schema, new GenericData());
  }

  @Override
  public ChunkEnd read(Cursor after, ChunkSize size, Rows out) throws TaskException {
    long from = after.offsetOr(0);
    try {
      if (from != at) {
        seek(from);
      }
      at = NOWHERE;
      long now = from;
      long bytes = 0;
      while (now - from < size.rows() && bytes < size.bytes() && hasNext()) {
        if (cancelled) {
          throw new TaskException(
              FailureKind.TRANSIENT, "CANCELLED", "reading " + file.path() + " was stopped", null);
        }
        GenericRecord row = next();
        bytes += RowBytes.of(row);
        out.record(row);
        now++;
      }
      boolean last = !hasNext();
      file.refuseChange();
      at = now;
      return new ChunkEnd(now == from ? after : Cursor.of(now), last);
    } catch (IOException e) {
      throw FileErrors.corrupt(file.path(), ", block before byte " + container.offset(), e);
    }
  }

  private void seek(long row) throws IOException, TaskException {
    container.seek(slice.getFrom());
    block = null;
    left = 0;
    long skip = row;
    while (skip > 0 && container.offset() < slice.getTo()) {
      long start = container.offset();
      long inBlock = container.skip(slice.getTo());
      if (inBlock > skip) {
        container.seek(start);
        break;
      }
      skip -= inBlock;
    }
    for (; skip > 0 && hasNext(); skip--) {
      next();
    }
    if (skip > 0 || row < 0) {
      throw TaskException.fatal(
          "cursor %d lies outside of the rows of bytes %d to %d of %s"
              .formatted(row, slice.getFrom(), slice.getTo(), file.path()));
    }
  }

  private boolean hasNext() throws IOException {
    while (left == 0) {
      if (block != null && !block.isEnd()) {
        throw new IOException("more follows the last row of a block");
      }
      block = null;
      if (container.offset() >= slice.getTo()) {
        return false;
      }
      long[] count = new long[1];
      byte[] bytes = container.read(slice.getTo(), count);
      block = DecoderFactory.get().binaryDecoder(bytes, null);
      left = count[0];
    }
    return true;
  }

  private GenericRecord next() throws IOException {
    left--;
    try {
      return rows.read(null, block);
    } catch (RuntimeException e) {
      throw new IOException("a row cannot be decoded", e);
    }
  }

  @Override
  public void cancel() {
    cancelled = true;
  }

  @Override
  public void close() {
    container.close();
  }
}
