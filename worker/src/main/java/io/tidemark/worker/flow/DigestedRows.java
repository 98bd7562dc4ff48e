package io.tidemark.worker.flow;

import io.tidemark.connectors.api.Rows;
import io.tidemark.core.digest.RowHash;
import io.tidemark.core.retry.TaskException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;

/** Counts and hashes the rows of one chunk on their way to the sink. One thread. */
public final class DigestedRows implements Rows {

  /** A byte array that can be read without a copy. */
  private static final class Buffer extends ByteArrayOutputStream {
    byte[] array() {
      return buf;
    }
  }

  private final Rows next;
  private final GenericDatumWriter<GenericRecord> writer;
  private final Buffer buffer = new Buffer();
  private final BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(buffer, null);
  private long rows;
  private long bytes;
  private long digestSum;

  /**
   * A digest of nothing yet.
   *
   * @param schema of the records, where rows are records
   * @param next takes the rows
   */
  public DigestedRows(Schema schema, Rows next) {
    this.next = next;
    this.writer = new GenericDatumWriter<>(schema, GenericData.get());
  }

  @Override
  public void record(GenericRecord row) throws TaskException {
    buffer.reset();
    try {
      writer.write(row, encoder);
    } catch (IOException e) {
      throw new UncheckedIOException("a buffer in memory failed", e);
    }
    add(buffer.array(), 0, buffer.size());
    next.record(row);
  }

  @Override
  public void bytes(byte[] row, int offset, int length) throws TaskException {
    add(row, offset, length);
    next.bytes(row, offset, length);
  }

  /** Counts it: the search for it goes by how many rows were given. */
  @Override
  public void refused(GenericRecord row, TaskException why) throws TaskException {
    rows++;
    next.refused(row, why);
  }

  private void add(byte[] row, int offset, int length) {
    rows++;
    bytes += length;
    digestSum += RowHash.of(row, offset, length);
  }

  /** Rows seen, refused ones included. */
  public long rows() {
    return rows;
  }

  /** Their bytes: as they travelled, or as Avro binary. */
  public long bytes() {
    return bytes;
  }

  /** Sum of their hashes modulo 2^64. */
  public long digestSum() {
    return digestSum;
  }
}
