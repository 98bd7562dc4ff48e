package io.tidemark.worker.app;

import io.tidemark.core.worker.WorkerEffect;
import io.tidemark.core.worker.WorkerEvent;
import io.tidemark.kafka.journal.Append;
import io.tidemark.kafka.journal.Committed;
import io.tidemark.kafka.journal.Journal;
import io.tidemark.kafka.journal.JournalException;
import io.tidemark.kafka.journal.JournalFencedException;
import io.tidemark.kafka.journal.JournalRejectedException;
import io.tidemark.kafka.journal.JournalUnavailableException;
import io.tidemark.kafka.journal.LostGenerationException;
import io.tidemark.kafka.read.ReadTimeoutException;
import io.tidemark.kafka.read.ReadToEnd;
import io.tidemark.kafka.read.RecordDecoder;
import io.tidemark.schemas.avro.Checkpoint;
import io.tidemark.schemas.avro.DeadLetter;
import io.tidemark.schemas.avro.Descriptor;
import io.tidemark.schemas.registry.RecordSerde;
import io.tidemark.schemas.registry.RecordSerdes;
import io.tidemark.worker.flow.WorkerLog;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The worker's log on Kafka: DESIGN §3.2 and §3.4 in the clients' own terms. */
final class KafkaWorkerLog implements WorkerLog {

  private static final Logger log = LoggerFactory.getLogger(KafkaWorkerLog.class);
  private static final Duration RECOVERY = Duration.ofSeconds(60);
  private static final int RECOVERY_TRIES = 4;

  private final String work;
  private final String checkpoints;
  private final String deadLetters;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Journal journal;
  private final ReadToEnd reader;

  /** Where each queue is read to, as the core was told. */
  private final Map<Integer, Long> positions = new HashMap<>();

  /** The offset of each queue that the group has, as far as this worker committed or found it. */
  private final Map<Integer, Long> committed = new HashMap<>();

  private volatile long lag;

  /** Queues that the core does not want to be read now. */
  private final Set<Integer> stopped = new HashSet<>();

  private final UnmetSchemas unmet;
  private final RecordDecoder<Descriptor> descriptors;
  private final RecordDecoder<Checkpoint> reported;
  private final RecordSerde<Checkpoint> reports;
  private final RecordSerde<DeadLetter> letters;

  KafkaWorkerLog(
      String work,
      String checkpoints,
      String deadLetters,
      KafkaConsumer<byte[], byte[]> consumer,
      Journal journal,
      ReadToEnd reader,
      RecordSerdes serdes) {
    this.work = work;
    this.checkpoints = checkpoints;
    this.deadLetters = deadLetters;
    this.consumer = consumer;
    this.journal = journal;
    this.reader = reader;
    this.descriptors = RecordDecoder.of(serdes, Descriptor.class);
    this.unmet = new UnmetSchemas(descriptors::meet);
    this.reported = RecordDecoder.of(serdes, Checkpoint.class);
    this.reports = serdes.of(Checkpoint.class);
    this.letters = serdes.of(DeadLetter.class);
  }

  @Override
  public void join(Membership membership) {
    consumer.subscribe(
        List.of(work),
        new ConsumerRebalanceListener() {
          @Override
          public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            membership.assigned(queues(partitions));
          }

          @Override
          public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            membership.revoked(queues(partitions));
            gone(queues(partitions));
          }

          @Override
          public void onPartitionsLost(Collection<TopicPartition> partitions) {
            membership.lost(queues(partitions));
            gone(queues(partitions));
          }
        });
  }

  private void gone(Set<Integer> queues) {
    stopped.removeAll(queues);
    unmet.forget(queues);
  }

  private static Set<Integer> queues(Collection<TopicPartition> partitions) {
    return partitions.stream().map(TopicPartition::partition).collect(Collectors.toSet());
  }

  @Override
  public void poll(Duration atMost, Consumer<WorkerEvent> events) {
    Set<Integer> again = unmet.answered();
    again.removeAll(stopped);
    consumer.resume(partitions(again));
    for (ConsumerRecord<byte[], byte[]> r : consumer.poll(atMost)) {
      if (unmet.waits(r.partition())) {
        continue;
      }
      if (!descriptors.met(r)) {
        setAside(r);
        continue;
      }
      descriptors
          .decode(r)
          .ifPresent(
              d -> events.accept(new WorkerEvent.DescriptorRead(r.partition(), r.offset(), d)));
    }
    // Behind the records lie transaction markers; past them a queue is read to its end.
    long behind = 0;
    for (TopicPartition p : consumer.assignment()) {
      long next = consumer.position(p);
      behind +=
          next + consumer.currentLag(p).orElse(0) - committed.getOrDefault(p.partition(), next);
      if (!Objects.equals(positions.put(p.partition(), next), next)) {
        events.accept(new WorkerEvent.QueueRead(p.partition(), next));
      }
    }
    lag = Math.max(0, behind);
  }

  /** Its queue is read on from here when the registry has told its schema; lanes need not wait. */
  private void setAside(ConsumerRecord<byte[], byte[]> r) {
    List<TopicPartition> queue = partitions(Set.of(r.partition()));
    consumer.pause(queue);
    consumer.seek(queue.getFirst(), r.offset());
    unmet.ask(r);
  }

  private List<TopicPartition> partitions(Set<Integer> queues) {
    return queues.stream().map(q -> new TopicPartition(work, q)).toList();
  }

  @Override
  public long lag() {
    return lag;
  }

  @Override
  public void recover(Set<Integer> queues, Consumer<WorkerEvent> events) {
    Map<Integer, Long> starts = new HashMap<>();
    for (int q : queues) {
      // Owned anew: the core is to be told again, even what it was told before.
      positions.remove(q);
      // Waits for a pending transactional commit of a former owner.
      long start = consumer.position(new TopicPartition(work, q), RECOVERY);
      starts.put(q, start);
      committed.put(q, start);
    }
    Map<Integer, Map<String, Checkpoint>> newest = checkpoints(queues);
    Map<TopicPartition, Long> ends =
        consumer.endOffsets(queues.stream().map(q -> new TopicPartition(work, q)).toList());
    for (int q : queues) {
      events.accept(
          new WorkerEvent.Recovered(
              q,
              starts.get(q),
              ends.get(new TopicPartition(work, q)),
              List.copyOf(newest.getOrDefault(q, Map.of()).values())));
    }
  }

  /** The newest checkpoint of every partition of these queues. */
  private Map<Integer, Map<String, Checkpoint>> checkpoints(Set<Integer> queues) {
    List<TopicPartition> all =
        queues.stream().map(q -> new TopicPartition(checkpoints, q)).toList();
    for (int tries = 1; ; tries++) {
      Map<Integer, Map<String, Checkpoint>> newest = new HashMap<>();
      try {
        reader.read(
            all,
            RECOVERY,
            r ->
                reported.keep(
                    r,
                    newest.computeIfAbsent(r.partition(), k -> new LinkedHashMap<>()),
                    c -> c.getDescriptor().getPartitionId()));
        return newest;
      } catch (ReadTimeoutException e) {
        if (tries == RECOVERY_TRIES) {
          throw new KafkaException("cannot recover queues " + queues + ": " + e.getMessage(), e);
        }
        log.warn("recovering queues {}, try {}: {}", queues, tries, e.getMessage());
      } catch (InterruptedException e) {
        throw new InterruptException(e);
      }
    }
  }

  @Override
  public WorkerEvent commit(WorkerEffect.Commit commit) {
    List<Append> records = new ArrayList<>();
    for (WorkerEffect.Append a : commit.records()) {
      records.add(
          new Append(
              new TopicPartition(checkpoints, a.queue()),
              bytes(a.checkpoint().getDescriptor().getPartitionId()),
              reports.serialize(checkpoints, a.checkpoint())));
    }
    for (WorkerEffect.Letter l : commit.letters()) {
      records.add(
          new Append(
              new TopicPartition(deadLetters, l.queue()),
              bytes(l.letter().getPartitionId()),
              letters.serialize(deadLetters, l.letter())));
    }
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    commit
        .offsets()
        .forEach((q, o) -> offsets.put(new TopicPartition(work, q), new OffsetAndMetadata(o)));
    try {
      if (!journal.isOpen()) {
        journal.reopen();
      }
      Committed done = journal.commit(records, offsets, consumer.groupMetadata());
      return committed(done, commit);
    } catch (JournalException e) {
      return switch (e) {
        case LostGenerationException lost -> {
          log.info("{}; polling, then again", lost.getMessage());
          yield new WorkerEvent.CommitFailed();
        }
        case JournalFencedException fenced -> settled(fenced, commit);
        case JournalUnavailableException unavailable -> settled(unavailable, commit);
        case JournalRejectedException rejected ->
            throw new KafkaException(
                "Kafka refuses this worker's checkpoints: " + rejected.getMessage(), rejected);
      };
    }
  }

  private WorkerEvent committed(Committed done, WorkerEffect.Commit commit) {
    committed.putAll(commit.offsets());
    return new WorkerEvent.Committed(done.offsets().subList(0, commit.records().size()));
  }

  /**
   * Finds out whether a commit in doubt happened. If Kafka still does not say, it counts as failed:
   * all that a worker reports may be reported twice.
   */
  private WorkerEvent settled(JournalException doubt, WorkerEffect.Commit commit) {
    log.warn("{}", doubt.getMessage());
    try {
      return journal
          .reopen()
          .map(done -> committed(done, commit))
          .orElseGet(WorkerEvent.CommitFailed::new);
    } catch (JournalException e) {
      log.warn("{}", e.getMessage());
      return new WorkerEvent.CommitFailed();
    }
  }

  private static byte[] bytes(String s) {
    return s.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public void reading(int queue, boolean on) {
    List<TopicPartition> one = partitions(Set.of(queue));
    if (!on) {
      stopped.add(queue);
      consumer.pause(one);
    } else {
      stopped.remove(queue);
      if (!unmet.waits(queue)) {
        consumer.resume(one);
      }
    }
  }

  @Override
  public void reread(int queue, long from) {
    consumer.seek(new TopicPartition(work, queue), from);
  }

  @Override
  public void close() {
    try (unmet;
        reader;
        journal) {
      consumer.close(
          CloseOptions.timeout(Duration.ofSeconds(10))
              .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
    }
  }
}
