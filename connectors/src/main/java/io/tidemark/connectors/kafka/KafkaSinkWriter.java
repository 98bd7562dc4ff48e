package io.tidemark.connectors.kafka;

import io.tidemark.connectors.api.Claim;
import io.tidemark.connectors.api.RecordRows;
import io.tidemark.connectors.api.Rows;
import io.tidemark.connectors.api.SinkWriter;
import io.tidemark.connectors.columns.BadValueException;
import io.tidemark.core.lifecycle.Cursor;
import io.tidemark.core.lifecycle.Totals;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.CommittedFile;
import io.tidemark.schemas.avro.FailureKind;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes each chunk in a transaction of the partition's own producer, with its progress. */
final class KafkaSinkWriter implements SinkWriter, RecordRows {

  private static final Logger log = LoggerFactory.getLogger(KafkaSinkWriter.class);

  private final KafkaSink sink;
  private final Claim claim;
  private final RowWriter rows;
  private final Producer<byte[], byte[]> producer;

  /** Why the first record that the brokers refused was refused; set by the producer's thread. */
  private final AtomicReference<Exception> refused = new AtomicReference<>();

  private StoredProgress progress;
  private boolean begun;
  private boolean broken;

  KafkaSinkWriter(
      KafkaSink sink,
      Claim claim,
      RowWriter rows,
      Producer<byte[], byte[]> producer,
      StoredProgress progress) {
    this.sink = sink;
    this.claim = claim;
    this.rows = rows;
    this.producer = producer;
    this.progress = progress;
  }

  @Override
  public Optional<SinkWriter.Progress> progress() {
    return Optional.of(progress.told());
  }

  @Override
  public Rows begin() throws TaskException {
    if (begun) {
      throw new IllegalStateException("a chunk is open");
    }
    if (broken) {
      throw new TaskException(
          FailureKind.TRANSIENT,
          KafkaErrors.FENCED,
          sink.errors().endpoint().where()
              + ": the producer of partition "
              + claim.partition()
              + " failed; it is opened again",
          null);
    }
    sink.refuseIfOvertaken(claim);
    try {
      producer.beginTransaction();
    } catch (KafkaException e) {
      broken = true;
      throw failed("beginning a chunk", e);
    }
    refused.set(null);
    begun = true;
    return this;
  }

  @Override
  public void record(GenericRecord row) throws TaskException {
    if (!begun) {
      throw new IllegalStateException("no chunk is open");
    }
    ProducerRecord<byte[], byte[]> record;
    try {
      record = rows.record(row);
    } catch (BadValueException e) {
      throw new TaskException(
          FailureKind.POISON,
          "BAD_VALUE",
          sink.errors().endpoint().where() + ": " + e.getMessage(),
          e);
    } catch (KafkaException e) {
      throw failed("encoding a row", e);
    }
    send(record);
  }

  private void send(ProducerRecord<byte[], byte[]> record) throws TaskException {
    if (refused.get() != null) {
      throw failed("writing rows", refused.get());
    }
    try {
      var unused =
          producer.send(
              record,
              (metadata, e) -> {
                if (e != null) {
                  refused.compareAndSet(null, e);
                }
              });
    } catch (KafkaException | IllegalArgumentException e) {
      // The producer says that it failed before; why stands in the first refusal.
      throw failed("writing rows", refused.get() == null ? e : refused.get());
    }
  }

  private TaskException failed(String doing, Exception e) {
    return sink.errors().of(doing + " of partition " + claim.partition(), e);
  }

  @Override
  public List<CommittedFile> commit(Cursor cursor, Totals totals, boolean last)
      throws TaskException {
    if (!begun) {
      throw new IllegalStateException("no chunk is open");
    }
    StoredProgress next = progress.at(cursor, totals, last);
    // Last of all: while it is there and not committed, others wait for it before they open.
    send(sink.record(claim, next));
    try {
      producer.commitTransaction();
    } catch (KafkaException e) {
      throw failed("committing a chunk", refused.get() == null ? e : refused.get());
    }
    progress = next;
    begun = false;
    return List.of();
  }

  @Override
  public void abort() {
    if (!begun) {
      return;
    }
    begun = false;
    try {
      producer.abortTransaction();
    } catch (KafkaException | IllegalStateException e) {
      // Fenced, or a commit whose outcome is open: the cluster ends it, and the next one to open
      // is told how.
      broken = true;
      log.debug("partition {}: the chunk could not be aborted", claim.partition(), e);
    }
  }

  @Override
  public void close() {
    abort();
    KafkaSink.close(producer);
  }
}
