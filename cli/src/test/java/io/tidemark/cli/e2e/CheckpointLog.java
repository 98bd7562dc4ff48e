package io.tidemark.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.kafka.client.ClientConfig;
import io.tidemark.kafka.read.ReadToEnd;
import io.tidemark.kafka.read.RecordDecoder;
import io.tidemark.schemas.avro.Checkpoint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;

/** What workers have committed to the checkpoints topic: each queue in the order of its offsets. */
final class CheckpointLog {

  /**
   * @param fence a claim's own offset, or the fence that a report gives
   */
  record Entry(Checkpoint checkpoint, long offset, long fence) {
    String partition() {
      return checkpoint.getDescriptor().getPartitionId();
    }
  }

  private final List<Entry> entries = new ArrayList<>();

  /** Reads all that is there now, and that was not aborted. */
  static CheckpointLog read(String bootstrap, String topic, int queues) throws Exception {
    CheckpointLog log = new CheckpointLog();
    ClientConfig kafka = ClientConfig.of(bootstrap);
    RecordDecoder<Checkpoint> decoder = RecordDecoder.of(kafka.serdes(), Checkpoint.class);
    try (ReadToEnd reader = new ReadToEnd(kafka)) {
      reader.read(
          IntStream.range(0, queues).mapToObj(q -> new TopicPartition(topic, q)).toList(),
          Duration.ofSeconds(60),
          r ->
              decoder
                  .decode(r)
                  .map(c -> new Entry(c, r.offset(), c.getClaim() ? r.offset() : c.getFence()))
                  .ifPresent(log.entries::add));
    }
    return log;
  }

  /** Claims of partitions that this worker was the last one to hold. */
  List<Entry> takeoversFrom(String worker) {
    List<Entry> takeovers = new ArrayList<>();
    Map<String, String> holders = new HashMap<>();
    for (Entry e : entries) {
      String before = holders.put(e.partition(), e.checkpoint().getWorker());
      if (worker.equals(before) && !worker.equals(e.checkpoint().getWorker())) {
        takeovers.add(e);
      }
    }
    return takeovers;
  }

  /** After a claim nobody reports that partition under an older fence. */
  void assertOldFencesAreSilent() {
    Map<String, Entry> claims = new HashMap<>();
    for (Entry e : entries) {
      Entry claim = e.checkpoint().getClaim() ? e : claims.get(e.partition());
      assertThat(claim).as("reported without a claim: %s", e).isNotNull();
      assertThat(e.fence()).as("%s after %s", e, claim).isEqualTo(claim.fence());
      claims.put(e.partition(), claim);
    }
  }
}
