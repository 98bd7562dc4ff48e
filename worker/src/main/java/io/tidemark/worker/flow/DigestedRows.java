package io.tidemark.worker.flow;

import io.tidemark.connectors.api.Rows;
import io.tidemark.core.digest.RowHash;
import io.tidemark.core.retry.TaskException;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;

/** Counts and hashes the rows of one chunk on their way to the sink. One thread. */
public final class DigestedRows implements Rows {

  private final Rows next;
  private final RecordBytes encoded;
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
    this.encoded = new RecordBytes(schema);
  }

  @Override
  public void record(GenericRecord row) throws TaskException {
    encoded.encode(row);
    add(encoded.array(), 0, encoded.length());
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
