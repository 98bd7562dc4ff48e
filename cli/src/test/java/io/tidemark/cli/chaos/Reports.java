package io.tidemark.cli.chaos;

import io.tidemark.kafka.client.ClientConfig;
import io.tidemark.schemas.avro.Checkpoint;
import io.tidemark.schemas.avro.PartitionState;
import io.tidemark.schemas.avro.Progress;
import io.tidemark.schemas.serde.AvroSerde;
import io.tidemark.schemas.topic.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/**
 * What workers and the reconciler have committed to Kafka, followed in a thread of its own. A
 * report under an old fence ends it, and with it the test.
 */
final class Reports implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(100);

  private final String checkpoints;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final AvroSerde<Checkpoint> checkpointSerde = AvroSerde.of(Checkpoint.class);
  private final AvroSerde<Progress> progressSerde = AvroSerde.of(Progress.class);
  private final Map<String, Checkpoint> newest = new ConcurrentHashMap<>();
  private final Map<String, Progress> progress = new ConcurrentHashMap<>();
  private final Map<String, Long> fences = new HashMap<>();
  private final AtomicLong advances = new AtomicLong();
  private final Thread thread;
  private volatile long progressAt;
  private volatile boolean closing;
  private volatile RuntimeException failure;

  /** Follows the topics from their beginning; they must exist. */
  Reports(ClientConfig kafka, Topics topics, int queues) {
    checkpoints = topics.checkpoints(Topics.DEFAULT_DOMAIN);
    consumer = new KafkaConsumer<>(kafka.consumer());
    List<TopicPartition> all = new ArrayList<>();
    all.add(new TopicPartition(topics.progress(), 0));
    for (int q = 0; q < queues; q++) {
      all.add(new TopicPartition(checkpoints, q));
    }
    consumer.assign(all);
    consumer.seekToBeginning(all);
    thread = Thread.ofPlatform().name("reports").daemon().start(this::follow);
  }

  private void follow() {
    try (consumer) {
      while (!closing) {
        consumer.poll(POLL).forEach(this::take);
      }
    } catch (RuntimeException e) {
      failure = e;
    }
  }

  private void take(ConsumerRecord<byte[], byte[]> r) {
    if (r.value() == null) {
      return;
    }
    if (r.topic().equals(checkpoints)) {
      Checkpoint c = checkpointSerde.deserialize(r.topic(), r.value());
      requireCurrent(c, r.offset());
      if (c.getState() == PartitionState.FAILED) {
        Chronicle.say("%s FAILED: %s".formatted(c.getDescriptor().getPartitionId(), c.getError()));
      }
      Checkpoint before = newest.put(c.getDescriptor().getPartitionId(), c);
      if (before != null && c.getChunks() > before.getChunks()) {
        advances.incrementAndGet();
      }
    } else {
      Progress p = progressSerde.deserialize(r.topic(), r.value());
      progress.put(p.getBackfillId(), p);
      progressAt = System.nanoTime();
    }
  }

  /** A claim's offset is its fence, and after it nobody reports under an older one (I3). */
  private void requireCurrent(Checkpoint c, long offset) {
    String partition = c.getDescriptor().getPartitionId();
    if (c.getClaim()) {
      fences.put(partition, offset);
    } else if (!Objects.equals(fences.get(partition), c.getFence())) {
      throw new IllegalStateException(
          "at offset %d a report under another fence than that of the last claim, %s: %s"
              .formatted(offset, fences.get(partition), c));
    }
  }

  /** The newest checkpoint of a partition. */
  Optional<Checkpoint> of(String partition) {
    require();
    return Optional.ofNullable(newest.get(partition));
  }

  /** What the reconciler last said of a backfill. */
  Optional<Progress> progress(String backfill) {
    require();
    return Optional.ofNullable(progress.get(backfill));
  }

  /** How many checkpoints told of more chunks than the one before of the same partition. */
  long advances() {
    return advances.get();
  }

  /** When the reconciler last said anything, in {@code nanoTime}. */
  long progressAt() {
    return progressAt;
  }

  /** Partitions that somebody has begun and not finished. */
  List<Checkpoint> inHand() {
    require();
    return newest.values().stream()
        .filter(
            c ->
                switch (c.getState()) {
                  case RUNNING, RETRYING -> true;
                  case PENDING, COMPLETED, FAILED, CANCELLED, UNKNOWN -> false;
                })
        .toList();
  }

  private void require() {
    if (failure != null) {
      throw new IllegalStateException("following the reports ended", failure);
    }
  }

  @Override
  public void close() {
    closing = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
