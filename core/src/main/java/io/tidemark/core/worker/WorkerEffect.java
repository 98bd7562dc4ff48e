package io.tidemark.core.worker;

import io.tidemark.schemas.avro.Checkpoint;
import io.tidemark.schemas.avro.DeadLetter;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a worker's shell has to do, in order. */
public sealed interface WorkerEffect {

  /** Find the position of each queue, then read its checkpoints to the end, then say Recovered. */
  record Recover(Set<Integer> queues) implements WorkerEffect {}

  /**
   * Commit in one Kafka transaction, with the group's metadata, and say Committed or CommitFailed.
   *
   * @param records checkpoints and the queue each goes to
   * @param letters dead letters and the queue each goes to
   * @param offsets next offset to read of each queue that a record belongs to, or that advanced
   */
  record Commit(List<Append> records, List<Letter> letters, Map<Integer, Long> offsets)
      implements WorkerEffect {
    public Commit {
      records = List.copyOf(records);
      letters = List.copyOf(letters);
      offsets = Map.copyOf(offsets);
    }
  }

  /** One record of a commit. */
  record Append(int queue, Checkpoint checkpoint) {}

  /** One dead letter of a commit. */
  record Letter(int queue, DeadLetter letter) {}

  /** Run a task on a lane. */
  record Start(Task task) implements WorkerEffect {}

  /** Let a task pass the row that it found refused: the log has it. */
  record Pass(long task) implements WorkerEffect {}

  /** Let a task stop at the end of its chunk; it says Stopped. */
  record Stop(long task) implements WorkerEffect {}

  /** Roll a task's chunk back; whatever it still says is not heard. */
  record Abort(long task) implements WorkerEffect {}

  /** Stop reading a queue: enough of it waits in memory. */
  record PauseReading(int queue) implements WorkerEffect {}

  /** Go on reading a queue at an offset that lies behind. */
  record Reread(int queue, long from) implements WorkerEffect {}

  /** Read a queue again. */
  record ResumeReading(int queue) implements WorkerEffect {}
}
