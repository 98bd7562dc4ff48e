package io.tidemark.connectors.api;

import io.tidemark.core.digest.RowHash;
import io.tidemark.core.retry.TaskException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.apache.avro.generic.GenericRecord;

/** Takes rows of either kind: identities of records, and count and digest of native rows. */
public class CollectedRows implements Rows {

  private final Function<GenericRecord, String> identity;
  private final List<String> identities = new ArrayList<>();
  private long count;
  private long digest;

  public CollectedRows(Function<GenericRecord, String> identity) {
    this.identity = identity;
  }

  @Override
  public void record(GenericRecord row) {
    identities.add(identity.apply(row));
    digest += identities.getLast().hashCode();
    count++;
  }

  @Override
  public void refused(GenericRecord row, TaskException why) throws TaskException {
    throw why;
  }

  @Override
  public void bytes(byte[] buffer, int offset, int length) {
    digest += RowHash.of(buffer, offset, length);
    count++;
  }

  /** Identities of the records taken, in order. */
  public List<String> identities() {
    return List.copyOf(identities);
  }

  public long count() {
    return count;
  }

  /** Order-independent sum of a hash per row. */
  public long digest() {
    return digest;
  }
}
