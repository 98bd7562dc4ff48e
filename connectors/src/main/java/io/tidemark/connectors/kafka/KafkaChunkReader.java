package io.tidemark.connectors.kafka;

import io.tidemark.connectors.api.ChunkReader;
import io.tidemark.connectors.api.Rows;
import io.tidemark.connectors.columns.BadValueException;
import io.tidemark.core.chunking.ChunkSize;
import io.tidemark.core.lifecycle.Cursor;
import io.tidemark.core.lifecycle.Slice;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.FailureKind;
import io.tidemark.schemas.avro.OffsetRange;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;

/**
 * Reads the offsets of a slice that hold a committed record. The others (removed by compaction, of
 * aborted transactions, the marks that end transactions) are passed over: a consumer's position
 * goes on behind them. A cursor is the offset behind the last record given, or the slice's end.
 */
final class KafkaChunkReader implements ChunkReader {

  /** Code of the failure that planned records are no longer there. */
  static final String GONE = "RECORDS_GONE";

  private static final Duration POLL = Duration.ofMillis(250);
  private static final int RECORD_BYTES = 64;

  private final KafkaErrors errors;
  private final Consumers consumers;
  private final RowReader rows;
  private final OffsetRange range;
  private final TopicPartition partition;
  private final Duration patience;
  private final Deque<ConsumerRecord<byte[], byte[]>> polled = new ArrayDeque<>();
  private final Consumer<byte[], byte[]> consumer;
  private volatile boolean cancelled;

  /** Everything of the slice before it was given, or is in {@link #polled}; -1: unknown. */
  private long next = -1;

  private boolean broken;
  private boolean closed;

  /**
   * @param patience how long the brokers may give neither records nor a further position
   */
  KafkaChunkReader(
      KafkaErrors errors, Consumers consumers, RowReader rows, Slice slice, Duration patience)
      throws TaskException {
    this.errors = errors;
    this.consumers = consumers;
    this.rows = rows;
    this.range = ((Slice.Offsets) slice).range();
    this.partition = Stream.of(slice).topicPartition();
    this.patience = patience;
    this.consumer = consumers.take();
    try {
      consumer.assign(List.of(partition));
    } catch (RuntimeException e) {
      Consumers.drop(consumer);
      throw e;
    }
  }

  @Override
  public ChunkEnd read(Cursor after, ChunkSize size, Rows out) throws TaskException {
    seek(after);
    int count = 0;
    long bytes = 0;
    // Whatever throws: what was taken from polled is not given again, so the next read seeks.
    long known = next;
    next = -1;
    while (count < size.rows() && bytes < size.bytes()) {
      ConsumerRecord<byte[], byte[]> record = peek(known);
      if (record == null) {
        next = range.getTo();
        return new ChunkEnd(count == 0 ? after : Cursor.of(next), true);
      }
      if (!rows.skips(record)) {
        out.record(row(record));
        count++;
        bytes += bytes(record);
      }
      polled.poll();
      known = record.offset() + 1;
    }
    next = known;
    return new ChunkEnd(Cursor.of(known), known >= range.getTo());
  }

  private GenericRecord row(ConsumerRecord<byte[], byte[]> record) throws TaskException {
    try {
      return rows.row(record);
    } catch (KafkaException e) {
      throw errors.of("reading the schema of record " + record.offset() + " of " + partition, e);
    } catch (BadValueException e) {
      throw new TaskException(
          FailureKind.POISON,
          "BAD_RECORD",
          "record %d of %s at %s %s"
              .formatted(record.offset(), partition, errors.endpoint().bootstrap(), e.getMessage()),
          e);
    }
  }

  @Override
  public Passed pass(Cursor after) throws TaskException {
    seek(after);
    long known = next;
    next = -1;
    ConsumerRecord<byte[], byte[]> record = peek(known);
    while (record != null && rows.skips(record)) {
      polled.poll();
      record = peek(record.offset() + 1);
    }
    if (record == null) {
      throw errors.fatal("no record of " + partition + " is behind " + after);
    }
    long end = record.offset() + 1;
    byte[] raw = record.value() == null ? new byte[0] : record.value();
    return new Passed(ByteBuffer.wrap(raw), new ChunkEnd(Cursor.of(end), end >= range.getTo()));
  }

  private void seek(Cursor after) throws TaskException {
    long at = after.offsetOr(range.getFrom());
    if (at < range.getFrom() || at > range.getTo()) {
      throw errors.fatal("cursor " + after + " lies outside of " + range);
    }
    if (at != next) {
      polled.clear();
      consumer.seek(partition, at);
      next = at;
    }
  }

  /** The first record of the slice at that offset or behind it; null: there is none. */
  private ConsumerRecord<byte[], byte[]> peek(long from) throws TaskException {
    long position = from;
    long since = System.nanoTime();
    while (polled.isEmpty() && position < range.getTo()) {
      poll();
      long now = position(position);
      if (polled.isEmpty() && now == position && System.nanoTime() - since > patience.toNanos()) {
        throw stalled(position);
      }
      since = now == position ? since : System.nanoTime();
      position = now;
    }
    ConsumerRecord<byte[], byte[]> first = polled.peek();
    return first == null || first.offset() >= range.getTo() ? null : first;
  }

  private void poll() throws TaskException {
    try {
      if (cancelled) {
        throw new WakeupException();
      }
      polled.addAll(consumer.poll(POLL).records(partition));
    } catch (OffsetOutOfRangeException e) {
      throw gone(e);
    } catch (KafkaException e) {
      broken = true;
      throw errors.of("reading " + partition, e);
    }
  }

  private long position(long atLeast) throws TaskException {
    try {
      return polled.isEmpty() ? Math.max(atLeast, consumer.position(partition)) : atLeast;
    } catch (KafkaException e) {
      broken = true;
      throw errors.of("reading " + partition, e);
    }
  }

  private TaskException gone(OffsetOutOfRangeException e) throws TaskException {
    long wanted = e.offsetOutOfRangePartitions().get(partition);
    long begin;
    long end;
    try {
      begin = consumer.beginningOffsets(List.of(partition)).get(partition);
      end = consumer.endOffsets(List.of(partition)).get(partition);
    } catch (KafkaException failed) {
      throw errors.of("asking where " + partition + " begins", failed);
    }
    String what =
        wanted < begin
            ? "offsets %d to %d, which were planned, are gone: it begins at %d now (retention, or"
                    .formatted(wanted, Math.min(begin, range.getTo()) - 1, begin)
                + " somebody deleted records). Raise retention.ms and retention.bytes of the topic"
                + " for the time of the backfill"
            : "offset %d, which was planned, is not there: it ends at %d now (the topic was created"
                    .formatted(wanted, end)
                + " anew, or lost records in an unclean leader election)";
    return new TaskException(
        FailureKind.FATAL,
        GONE,
        errors.endpoint().where()
            + ": partition "
            + partition.partition()
            + ": "
            + what
            + ", and plan what is there again under a new name",
        e);
  }

  private TaskException stalled(long position) {
    return new TaskException(
        FailureKind.UNAVAILABLE,
        "NO_RECORDS",
        errors.endpoint().where()
            + ": "
            + partition
            + " gave nothing behind offset "
            + position
            + " for "
            + patience.toSeconds()
            + " s, and the slice ends at "
            + range.getTo()
            + "; are the brokers up and reachable from here?",
        null);
  }

  private static long bytes(ConsumerRecord<byte[], byte[]> record) {
    return (long) RECORD_BYTES
        + (record.key() == null ? 0 : record.key().length)
        + (record.value() == null ? 0 : record.value().length);
  }

  @Override
  public synchronized void cancel() {
    // Given back, it may be another reader's by now.
    if (!closed) {
      cancelled = true;
      consumer.wakeup();
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (broken || cancelled || Thread.currentThread().isInterrupted()) {
      Consumers.drop(consumer);
    } else {
      consumers.give(consumer);
    }
  }
}
