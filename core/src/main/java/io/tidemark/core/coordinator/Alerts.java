package io.tidemark.core.coordinator;

import io.tidemark.schemas.avro.Alert;
import io.tidemark.schemas.avro.Overtaken;
import io.tidemark.schemas.avro.Severity;
import io.tidemark.schemas.avro.WorkerHeartbeat;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What people should know, as it follows from what workers say. */
public final class Alerts {

  private Alerts() {}

  /**
   * Alerts about claims that a worker says it lost, and did not say before.
   *
   * @param before its heartbeat before; null if there is none
   * @param now milliseconds since the epoch
   */
  public static List<Alert> overtaken(WorkerHeartbeat before, WorkerHeartbeat beat, long now) {
    Set<Overtaken> told = before == null ? Set.of() : new HashSet<>(before.getOvertaken());
    return beat.getOvertaken().stream()
        .filter(o -> !told.contains(o))
        .map(o -> zombie(beat, o, now))
        .toList();
  }

  private static Alert zombie(WorkerHeartbeat worker, Overtaken o, long now) {
    return Alert.newBuilder()
        .setAlertId("zombie/" + o.getPartitionId() + "/" + o.getFence())
        .setBackfillId(o.getBackfillId())
        .setPartitionId(o.getPartitionId())
        .setKind("zombie")
        .setSeverity(Severity.WARNING)
        .setMessage(
            "%s had %s under fence %d while it could not be reached; what it still did for it was refused by %s"
                .formatted(worker.getWorkerId(), o.getPartitionId(), o.getFence(), o.getMessage()))
        .setRemedy(
            "Nothing is lost. If it happens again, find out what holds up %s (process %d on %s): a paused or overloaded machine, a network cut, long garbage collections"
                .formatted(worker.getWorkerId(), worker.getPid(), worker.getHost()))
        .setAt(now)
        // It is over when it is told: what was overtaken was refused.
        .setResolvedAt(now)
        .build();
  }
}
