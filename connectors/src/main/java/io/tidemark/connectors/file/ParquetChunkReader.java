package io.tidemark.connectors.file;

import io.tidemark.connectors.api.ChunkReader;
import io.tidemark.connectors.api.Rows;
import io.tidemark.core.chunking.ChunkSize;
import io.tidemark.core.lifecycle.Cursor;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.FailureKind;
import io.tidemark.schemas.avro.FileSlice;
import org.apache.avro.generic.GenericRecord;

/**
 * Reads row groups. The cursor is the count of the slice's rows before the next one. Holds the
 * compressed pages of one row group.
 */
final class ParquetChunkReader implements ChunkReader {

  private static final long NOWHERE = -1;

  private final SourceFile source;
  private final FileSlice slice;
  private final ParquetFile file;
  private final long total;
  private volatile boolean cancelled;
  private ParquetFile.GroupRows rows;
  private int group;
  private long at = NOWHERE;

  ParquetChunkReader(SourceFile source, FileSlice slice, ParquetFile file) {
    this.source = source;
    this.slice = slice;
    this.file = file;
    long sum = 0;
    for (int i = first(); i < end(); i++) {
      sum += file.rowGroups().get(i).getRowCount();
    }
    this.total = sum;
  }

  @Override
  public ChunkEnd read(Cursor after, ChunkSize size, Rows out) throws TaskException {
    long from = after.offsetOr(0);
    if (from < 0 || from > total) {
      throw TaskException.fatal(
          "cursor %d lies outside of the %d rows of row groups %d to %d of %s"
              .formatted(from, total, slice.getFrom(), slice.getTo(), source.path()));
    }
    if (from != at) {
      seek(from);
    }
    at = NOWHERE;
    long now = from;
    long bytes = 0;
    while (now < total && now - from < size.rows() && bytes < size.bytes()) {
      if (cancelled) {
        throw new TaskException(
            FailureKind.TRANSIENT, "CANCELLED", "reading " + source.path() + " was stopped", null);
      }
      while (!rows.hasNext()) {
        group++;
        rows = file.rows(group, 0);
      }
      GenericRecord row = rows.next();
      bytes += RowBytes.of(row);
      out.record(row);
      now++;
    }
    source.refuseChange();
    at = now;
    return new ChunkEnd(now == from ? after : Cursor.of(now), now == total);
  }

  private void seek(long row) throws TaskException {
    long skip = row;
    group = first();
    while (group < end() && skip >= file.rowGroups().get(group).getRowCount()) {
      skip -= file.rowGroups().get(group).getRowCount();
      group++;
    }
    rows = group < end() ? file.rows(group, skip) : null;
  }

  private int first() {
    return (int) slice.getFrom();
  }

  private int end() {
    return (int) slice.getTo();
  }

  @Override
  public void cancel() {
    cancelled = true;
  }

  @Override
  public void close() {
    file.close();
  }
}
