package io.tidemark.worker.flow;

import io.tidemark.connectors.api.ChunkReader;
import io.tidemark.connectors.api.ChunkReader.ChunkEnd;
import io.tidemark.connectors.api.RowFormat;
import io.tidemark.connectors.api.Rows;
import io.tidemark.connectors.api.Source;
import io.tidemark.core.chunking.ChunkSize;
import io.tidemark.core.lifecycle.Cursor;
import io.tidemark.core.lifecycle.Slice;
import io.tidemark.core.retry.TaskException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;

/**
 * One row that cannot be written, as people will look at it.
 *
 * @param row Avro binary of {@code schema}
 * @param end where the row ends
 */
record RefusedRow(ByteBuffer row, Schema schema, ChunkEnd end) {

  private static final Schema BYTES = Schema.create(Schema.Type.BYTES);

  /**
   * Reads the row right behind a cursor again, decoded, because its sink refused it, or as the
   * source has it because the transform did.
   *
   * @throws TaskException with the kind of {@code refusal} if there is more than one row: rows that
   *     share a key cannot be told apart
   */
  static RefusedRow bySink(
      Source source, Slice slice, Cursor after, long bytes, TaskException refusal)
      throws TaskException {
    Captured captured = new Captured();
    try (ChunkReader reader = source.open(slice, RowFormat.RECORDS)) {
      ChunkEnd end = reader.read(after, new ChunkSize(1, bytes), captured);
      if (captured.rows != 1) {
        throw new TaskException(
            refusal.kind(),
            refusal.code(),
            "one of %d rows that share a key is refused, and they cannot be told apart; partition by a"
                    .formatted(captured.rows)
                + " unique key to set it aside alone: "
                + refusal.getMessage(),
            refusal);
      }
      return new RefusedRow(captured.bytes(), captured.schema, end);
    }
  }

  /** Passes over the record right behind a cursor that its own format makes unreadable. */
  static RefusedRow byFormat(ChunkReader reader, Cursor after) throws TaskException {
    ChunkReader.Passed passed = reader.pass(after);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
    try {
      encoder.writeBytes(passed.raw());
    } catch (IOException e) {
      throw new UncheckedIOException("a buffer in memory failed", e);
    }
    return new RefusedRow(ByteBuffer.wrap(out.toByteArray()), BYTES, passed.end());
  }

  /** Keeps the last row it is given, and counts them. */
  private static final class Captured implements Rows {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private Schema schema;
    private int rows;

    @Override
    public void record(GenericRecord row) {
      rows++;
      schema = row.getSchema();
      out.reset();
      try {
        new GenericDatumWriter<GenericRecord>(schema, GenericData.get())
            .write(row, EncoderFactory.get().directBinaryEncoder(out, null));
      } catch (IOException e) {
        throw new UncheckedIOException("a buffer in memory failed", e);
      }
    }

    @Override
    public void refused(GenericRecord row, TaskException why) {
      record(row);
    }

    @Override
    public void bytes(byte[] buffer, int offset, int length) {
      throw new IllegalStateException("asked for records, got bytes");
    }

    ByteBuffer bytes() {
      return ByteBuffer.wrap(out.toByteArray());
    }
  }
}
