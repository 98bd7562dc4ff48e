package io.tidemark.kafka.journal;

import io.tidemark.kafka.client.ClientConfig;
import io.tidemark.kafka.journal.JournalException.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TransactionAbortableException;

/**
 * The transactional producer of one process: every {@link #commit} is one Kafka transaction, all of
 * it or nothing of it. For one thread.
 *
 * <h2>What a failed commit means</h2>
 *
 * Until the commit itself is asked for, a failure rolls the transaction back ({@link
 * Outcome#ROLLED_BACK}). From then on a missing answer says nothing: the broker may have committed.
 * So a commit that times out is asked for again, as Kafka's contract has it, until {@code
 * commitTimeout} is over; then, and also when the producer is fenced while it waits for the answer,
 * the outcome is {@link Outcome#IN_DOUBT}. The journal remembers the offsets the records got, and
 * {@link #reopen()} settles it: {@code initTransactions} under the same id returns only when the
 * transaction is committed or aborted, and then a read_committed read at the offset of its first
 * record finds that record or does not.
 *
 * <p>(One limit: if that record, in the meantime superseded under its key by somebody else, was
 * even compacted away, the answer is "rolled back". Only the owner of a queue writes to it, so that
 * takes another owner, who has refused this one for long.)
 *
 * <p>No transaction is left open on return while Kafka answers. Where it does not, the producer is
 * closed, and the broker aborts what it still holds after {@code transaction.timeout.ms} (10 s), or
 * at once upon {@link #reopen()} or a fencing by whoever takes over.
 *
 * <p>The rule for callers after any {@link JournalException}: if not {@link #isOpen()}, {@code
 * reopen()} before anything else.
 */
public final class Journal implements AutoCloseable {

  private static final Duration COMMIT_TIMEOUT = Duration.ofSeconds(30);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

  private final ClientConfig config;
  private final String transactionalId;
  private final Duration commitTimeout;
  private final Function<Map<String, Object>, Producer<byte[], byte[]>> factory;

  /** Null while closed. */
  private Producer<byte[], byte[]> producer;

  private Optional<DoubtfulCommit> doubtful = Optional.empty();

  Journal(
      ClientConfig config,
      String transactionalId,
      Duration commitTimeout,
      Function<Map<String, Object>, Producer<byte[], byte[]>> factory) {
    this.config = config;
    this.transactionalId = transactionalId;
    this.commitTimeout = commitTimeout;
    this.factory = factory;
  }

  /**
   * Opens the journal: fences any older producer of this id and aborts the transaction it had open.
   *
   * @param transactionalId unique among all processes that run at the same time
   * @throws JournalException if Kafka does not answer within 10 s or refuses
   */
  public static Journal open(ClientConfig config, String transactionalId) throws JournalException {
    var journal = new Journal(config, transactionalId, COMMIT_TIMEOUT, KafkaProducer::new);
    journal.connect();
    return journal;
  }

  /** Whether {@link #commit} may be called. */
  public boolean isOpen() {
    return producer != null;
  }

  /**
   * Commits records without group offsets: the planner's way.
   *
   * @see #commit(List, Map, ConsumerGroupMetadata)
   */
  public Committed commit(List<Append> records) throws JournalException {
    return transact(records, Optional.empty());
  }

  /**
   * Writes {@code records} and the group's {@code offsets} in one transaction and commits it.
   *
   * @param records may be empty if offsets are not
   * @param offsets next offset to read of each queue; may be empty
   * @param group {@code consumer.groupMetadata()} of the member that owns those queues: a member of
   *     an older generation cannot commit
   * @return the offset of each record, in order
   * @throws LostGenerationException rolled back; poll the consumer and try again with what it owns
   * @throws JournalFencedException this producer is closed; rolled back or in doubt
   * @throws JournalUnavailableException Kafka does not answer; rolled back or in doubt
   * @throws JournalRejectedException it will never be taken as it is
   * @throws IllegalStateException if the journal is not open
   */
  public Committed commit(
      List<Append> records,
      Map<TopicPartition, OffsetAndMetadata> offsets,
      ConsumerGroupMetadata group)
      throws JournalException {
    return transact(
        records,
        offsets.isEmpty() ? Optional.empty() : Optional.of(new GroupOffsets(offsets, group)));
  }

  private record GroupOffsets(
      Map<TopicPartition, OffsetAndMetadata> offsets, ConsumerGroupMetadata group) {}

  private Committed transact(List<Append> records, Optional<GroupOffsets> offsets)
      throws JournalException {
    if (producer == null) {
      throw new IllegalStateException(
          "the journal " + transactionalId + " is closed; reopen() it first");
    }
    if (records.isEmpty() && offsets.isEmpty()) {
      return new Committed(List.of());
    }
    Committed written = write(records, offsets);
    end(
        new DoubtfulCommit(
            records,
            written,
            offsets.map(GroupOffsets::offsets).orElse(Map.of()),
            offsets.map(o -> o.group().groupId()).orElse("")));
    return written;
  }

  private Committed write(List<Append> records, Optional<GroupOffsets> offsets)
      throws JournalException {
    List<ProducerRecord<byte[], byte[]>> outgoing =
        records.stream().map(Journal::toRecord).toList();
    try {
      producer.beginTransaction();
      var pending = new ArrayList<Future<RecordMetadata>>(outgoing.size());
      for (ProducerRecord<byte[], byte[]> record : outgoing) {
        pending.add(producer.send(record));
      }
      if (offsets.isPresent()) {
        // Waits for the coordinator while the records are on their way.
        GroupOffsets carried = offsets.get();
        producer.sendOffsetsToTransaction(carried.offsets(), carried.group());
      }
      producer.flush();
      var written = new ArrayList<Long>(pending.size());
      for (Future<RecordMetadata> record : pending) {
        written.add(offsetOf(record.get()));
      }
      return new Committed(written);
    } catch (RuntimeException | ExecutionException e) {
      // Whatever it is: no transaction may stay open.
      throw rollBack(e);
    } catch (InterruptedException e) {
      throw rollBack(new InterruptException(e));
    }
  }

  private static ProducerRecord<byte[], byte[]> toRecord(Append append) {
    return new ProducerRecord<>(
        append.to().topic(),
        append.to().partition(),
        append.key(),
        append.value(),
        append.headers());
  }

  private static long offsetOf(RecordMetadata metadata) {
    if (!metadata.hasOffset()) {
      // A retry the broker recognised as such, but too late to still know where the first one went.
      // Without the offset there is no fence: write it again.
      throw new TransactionAbortableException("the broker does not know the offset of a record");
    }
    return metadata.offset();
  }

  private void end(DoubtfulCommit commit) throws JournalException {
    long deadline = System.nanoTime() + commitTimeout.toNanos();
    while (true) {
      try {
        producer.commitTransaction();
        return;
      } catch (TransactionAbortableException e) {
        // The coordinator's own word that it is not committed.
        throw rollBack(e);
      } catch (TimeoutException e) {
        if (System.nanoTime() >= deadline) {
          throw doubt(commit, e);
        }
      } catch (RuntimeException e) {
        throw doubt(commit, e);
      }
    }
  }

  private JournalException doubt(DoubtfulCommit commit, RuntimeException cause) {
    doubtful = Optional.of(commit);
    JournalException failure = Failures.classify(inDoubt(), cause, Outcome.IN_DOUBT);
    discard(failure);
    return failure;
  }

  /** Aborts; where that fails, or is of no use, the producer goes. */
  private JournalException rollBack(Exception cause) {
    String what = "the transaction of " + transactionalId + " was rolled back";
    JournalException failure = Failures.classify(what, cause, Outcome.ROLLED_BACK);
    if (failure instanceof JournalFencedException) {
      discard(failure);
      return failure;
    }
    try {
      producer.abortTransaction();
      return failure;
    } catch (RuntimeException e) {
      // An epoch out of date shows only here whether it was renewed or taken by somebody else.
      JournalException abort = Failures.classify(what, e, Outcome.ROLLED_BACK);
      JournalException worse = abort instanceof JournalFencedException ? abort : failure;
      worse.addSuppressed(worse == failure ? abort : failure);
      discard(worse);
      return worse;
    }
  }

  /** Without waiting: what the producer still had to say no longer counts. */
  private void discard(JournalException why) {
    try {
      closeWithin(Duration.ZERO);
    } catch (KafkaException e) {
      why.addSuppressed(e);
    }
  }

  private void closeWithin(Duration timeout) {
    Producer<byte[], byte[]> closing = producer;
    producer = null;
    if (closing != null) {
      closing.close(timeout);
    }
  }

  /**
   * Opens the journal anew after a failure, fencing whoever else uses its id, and settles a commit
   * in doubt. May be called again until it succeeds.
   *
   * @return the commit that was in doubt, if it turns out committed; empty if it was rolled back or
   *     none was in doubt
   * @throws JournalException if Kafka still does not answer; the doubt, if any, stays
   */
  public Optional<Committed> reopen() throws JournalException {
    close();
    connect();
    if (doubtful.isEmpty()) {
      return Optional.empty();
    }
    try {
      Optional<Committed> settled = doubtful.get().settle(config, commitTimeout);
      doubtful = Optional.empty();
      return settled;
    } catch (KafkaException e) {
      JournalException failure = Failures.classify(inDoubt(), e, Outcome.IN_DOUBT);
      discard(failure);
      throw failure;
    }
  }

  private void connect() throws JournalException {
    try {
      producer = factory.apply(settings());
      producer.initTransactions();
    } catch (KafkaException e) {
      JournalException failure =
          doubtful.isPresent()
              ? Failures.classify(inDoubt(), e, Outcome.IN_DOUBT)
              : Failures.classify(
                  "the journal " + transactionalId + " cannot open", e, Outcome.ROLLED_BACK);
      discard(failure);
      throw failure;
    }
  }

  private String inDoubt() {
    return "whether the transaction of " + transactionalId + " is committed is in doubt";
  }

  private Map<String, Object> settings() {
    Map<String, Object> settings = config.producer();
    settings.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId);
    // The next transaction meets the last one's markers still being written and is told to come
    // again: with Kafka's backoff of 100 ms that makes 11 commits a second, with this one 250.
    settings.putIfAbsent(ProducerConfig.RETRY_BACKOFF_MS_CONFIG, 1);
    settings.putIfAbsent(ProducerConfig.RETRY_BACKOFF_MAX_MS_CONFIG, 5);
    settings.putIfAbsent(ProducerConfig.LINGER_MS_CONFIG, 0);
    // A successor waits that long for the transaction of a process that was killed.
    settings.putIfAbsent(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, 10_000);
    // After it there is no point in going on delivering.
    settings.putIfAbsent(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 10_000);
    settings.putIfAbsent(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000);
    settings.putIfAbsent(ProducerConfig.MAX_BLOCK_MS_CONFIG, 10_000);
    return settings;
  }

  /** Closes the producer; no transaction is open by then. {@link #reopen()} may follow. */
  @Override
  public void close() {
    closeWithin(CLOSE_TIMEOUT);
  }
}
