package io.tidemark.cli;

import io.tidemark.kafka.client.ClientConfig;
import io.tidemark.kafka.read.ReadTimeoutException;
import io.tidemark.schemas.avro.Checkpoint;
import io.tidemark.schemas.avro.Descriptor;
import io.tidemark.schemas.avro.PartitionState;
import io.tidemark.schemas.avro.Progress;
import io.tidemark.schemas.topic.Topics;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The partitions of a backfill that failed, with their causes, from the checkpoint topic. */
final class FailedPartitions {

  private static final int SHOWN = 5;

  private FailedPartitions() {}

  /** The first few of them; reads nothing if the progress knows of none. */
  static List<Checkpoint> of(Progress p, ClientConfig kafka, Topics topics)
      throws CliException, ReadTimeoutException, InterruptedException {
    if (p.getFailed() == 0) {
      return List.of();
    }
    Map<String, Checkpoint> failed = new TreeMap<>();
    Lookup.read(
        kafka, topics.checkpoints(p.getDomain()), Checkpoint.class, c -> note(c, p, failed));
    return failed.values().stream().limit(SHOWN).toList();
  }

  private static void note(Checkpoint c, Progress p, Map<String, Checkpoint> failed) {
    Descriptor d = c.getDescriptor();
    // What was planned before is of an archived backfill of the same id.
    if (!d.getBackfillId().equals(p.getBackfillId()) || d.getPlannedAt() < p.getCreatedAt()) {
      return;
    }
    if (c.getState() == PartitionState.FAILED) {
      failed.put(d.getPartitionId(), c);
    } else {
      failed.remove(d.getPartitionId());
    }
  }
}
