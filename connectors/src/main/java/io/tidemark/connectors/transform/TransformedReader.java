package io.tidemark.connectors.transform;

import io.tidemark.connectors.api.ChunkReader;
import io.tidemark.connectors.api.Rows;
import io.tidemark.core.chunking.ChunkSize;
import io.tidemark.core.lifecycle.Cursor;
import io.tidemark.core.retry.TaskException;

/** Reads a slice and transforms its rows. */
record TransformedReader(ChunkReader reader, Transform transform) implements ChunkReader {

  @Override
  public ChunkEnd read(Cursor after, ChunkSize size, Rows out) throws TaskException {
    return reader.read(after, size, new TransformedRows(transform, out));
  }

  @Override
  public Passed pass(Cursor after) throws TaskException {
    return reader.pass(after);
  }

  @Override
  public void cancel() {
    reader.cancel();
  }

  @Override
  public void close() {
    reader.close();
  }
}
