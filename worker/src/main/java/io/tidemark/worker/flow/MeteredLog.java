package io.tidemark.worker.flow;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.tidemark.core.lifecycle.Lifecycle;
import io.tidemark.core.worker.WorkerEffect;
import io.tidemark.core.worker.WorkerEvent;
import io.tidemark.schemas.avro.Checkpoint;
import io.tidemark.schemas.avro.PartitionState;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A worker's log that counts what goes through it. */
public final class MeteredLog implements WorkerLog {

  private static final Duration[] COMMITS = {
    Duration.ofMillis(5),
    Duration.ofMillis(10),
    Duration.ofMillis(25),
    Duration.ofMillis(50),
    Duration.ofMillis(100),
    Duration.ofMillis(250),
    Duration.ofSeconds(1),
    Duration.ofSeconds(5),
  };

  private static final Duration[] PARTITIONS = {
    Duration.ofSeconds(1),
    Duration.ofSeconds(5),
    Duration.ofSeconds(15),
    Duration.ofMinutes(1),
    Duration.ofMinutes(5),
    Duration.ofMinutes(15),
    Duration.ofHours(1),
    Duration.ofHours(4),
  };

  private final WorkerLog log;
  private final Set<Integer> queues = ConcurrentHashMap.newKeySet();
  private final Timer latency;
  private final Timer durations;
  private final Counter failures;
  private final Counter letters;
  private final Map<PartitionState, Counter> ended = new EnumMap<>(PartitionState.class);
  private volatile boolean joined;

  /** Registers the meters. */
  public MeteredLog(WorkerLog log, MeterRegistry registry) {
    this.log = log;
    this.latency =
        Timer.builder("tidemark.checkpoint.latency")
            .serviceLevelObjectives(COMMITS)
            .description("Duration of a Kafka transaction with checkpoints, claims and offsets.")
            .register(registry);
    this.durations =
        Timer.builder("tidemark.partition.duration")
            .serviceLevelObjectives(PARTITIONS)
            .description(
                "Time from the first claim of a partition to its completion, by any owner.")
            .register(registry);
    this.failures =
        Counter.builder("tidemark.checkpoint.failures")
            .description("Transactions that did not happen; a few come with every rebalance.")
            .register(registry);
    this.letters =
        Counter.builder("tidemark.dead.letters").description("Rows set aside.").register(registry);
    Arrays.stream(PartitionState.values())
        .filter(state -> state != PartitionState.UNKNOWN && Lifecycle.terminal(state))
        .forEach(state -> ended.put(state, ended(registry, state)));
    Gauge.builder("tidemark.worker.queues", queues, Set::size)
        .description("Queues that the group gave to this worker.")
        .register(registry);
    Gauge.builder("tidemark.worker.lag", log, WorkerLog::lag)
        .baseUnit("records")
        .description("Records of its queues behind the committed offset: work not done yet.")
        .register(registry);
  }

  private static Counter ended(MeterRegistry registry, PartitionState state) {
    return Counter.builder("tidemark.partitions.ended")
        .tag("state", state.name())
        .description("Partitions that ended at this worker, by their state.")
        .register(registry);
  }

  /** Whether the group has answered that this worker is a member, with queues or without. */
  public boolean joined() {
    return joined;
  }

  @Override
  public void join(Membership membership) {
    log.join(
        new Membership() {
          @Override
          public void assigned(Set<Integer> given) {
            queues.addAll(given);
            joined = true;
            membership.assigned(given);
          }

          @Override
          public void revoked(Set<Integer> gone) {
            membership.revoked(gone);
            queues.removeAll(gone);
          }

          @Override
          public void lost(Set<Integer> gone) {
            membership.lost(gone);
            queues.removeAll(gone);
          }
        });
  }

  @Override
  public WorkerEvent commit(WorkerEffect.Commit commit) {
    long began = System.nanoTime();
    WorkerEvent answer = log.commit(commit);
    if (answer instanceof WorkerEvent.Committed) {
      latency.record(System.nanoTime() - began, TimeUnit.NANOSECONDS);
      letters.increment(commit.letters().size());
      commit.records().forEach(a -> reported(a.checkpoint()));
    } else {
      failures.increment();
    }
    return answer;
  }

  private void reported(Checkpoint c) {
    if (Lifecycle.terminal(c.getState())) {
      ended.get(c.getState()).increment();
      if (c.getState() == PartitionState.COMPLETED) {
        durations.record(Math.max(0, c.getAt() - c.getStartedAt()), TimeUnit.MILLISECONDS);
      }
    }
  }

  @Override
  public void poll(Duration atMost, Consumer<WorkerEvent> events) {
    log.poll(atMost, events);
  }

  @Override
  public void recover(Set<Integer> of, Consumer<WorkerEvent> events) {
    log.recover(of, events);
  }

  @Override
  public void reading(int queue, boolean on) {
    log.reading(queue, on);
  }

  @Override
  public void reread(int queue, long from) {
    log.reread(queue, from);
  }

  @Override
  public long lag() {
    return log.lag();
  }

  @Override
  public void close() {
    log.close();
  }
}
