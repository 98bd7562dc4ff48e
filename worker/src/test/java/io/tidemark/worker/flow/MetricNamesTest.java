package io.tidemark.worker.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.tidemark.core.lifecycle.Cursor;
import io.tidemark.core.retry.FencedException;
import io.tidemark.core.worker.WorkerEffect;
import io.tidemark.core.worker.WorkerEvent;
import io.tidemark.schemas.avro.Checkpoint;
import io.tidemark.schemas.avro.Descriptor;
import io.tidemark.schemas.avro.Digest;
import io.tidemark.schemas.avro.FailureKind;
import io.tidemark.schemas.avro.KeyRange;
import io.tidemark.schemas.avro.PartitionState;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** The names that alerts and dashboards are written against, and what they count. */
final class MetricNamesTest {

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final LaneMetrics lanes = new LaneMetrics(registry, 4);
  private final OvertakenLog overtaken = new OvertakenLog(registry);
  private final Answering answering = new Answering();
  private final MeteredLog log = new MeteredLog(answering, registry);

  @Test
  void shouldHaveAllNamesFromTheStartWhenNothingHasHappenedYet() {
    assertThat(registry.scrape().lines())
        .contains(
            "tidemark_worker_rows_total 0.0",
            "tidemark_worker_bytes_total 0.0",
            "tidemark_worker_chunks_total 0.0",
            "tidemark_worker_throttled_seconds_total 0.0",
            "tidemark_worker_lanes 4.0",
            "tidemark_worker_lanes_busy 0.0",
            "tidemark_worker_queues 0.0",
            "tidemark_worker_lag_records 17.0",
            "tidemark_fence_refusals_total 0.0",
            "tidemark_dead_letters_total 0.0",
            "tidemark_checkpoint_failures_total 0.0",
            "tidemark_partitions_ended_total{state=\"COMPLETED\"} 0.0",
            "tidemark_partitions_ended_total{state=\"FAILED\"} 0.0",
            "tidemark_partitions_ended_total{state=\"CANCELLED\"} 0.0",
            "tidemark_lane_failures_total{kind=\"FENCED\"} 0.0",
            "tidemark_lane_failures_total{kind=\"TRANSIENT\"} 0.0",
            "tidemark_chunk_duration_seconds_count 0",
            "tidemark_chunk_duration_seconds_bucket{le=\"0.5\"} 0",
            "tidemark_partition_duration_seconds_count 0",
            "tidemark_partition_duration_seconds_bucket{le=\"3600.0\"} 0",
            "tidemark_checkpoint_latency_seconds_count 0",
            "tidemark_checkpoint_latency_seconds_bucket{le=\"0.25\"} 0");
  }

  @Test
  void shouldCountWhatLanesDo() {
    lanes.laneBusy(+1);
    lanes.chunk(10, 2_000, 300_000_000);
    lanes.throttled(1_500_000_000);
    lanes.failed(FailureKind.TRANSIENT, FencedException.CODE);
    lanes.failed(FailureKind.POISON, "22P02");
    overtaken.add(descriptor(), 7, "the sink", 1);
    overtaken.add(descriptor(), 7, "Kafka", 2);

    assertThat(registry.scrape().lines())
        .contains(
            "tidemark_worker_lanes_busy 1.0",
            "tidemark_worker_rows_total 10.0",
            "tidemark_worker_bytes_total 2000.0",
            "tidemark_worker_chunks_total 1.0",
            "tidemark_worker_throttled_seconds_total 1.5",
            "tidemark_chunk_duration_seconds_bucket{le=\"0.25\"} 0",
            "tidemark_chunk_duration_seconds_bucket{le=\"0.5\"} 1",
            "tidemark_lane_failures_total{kind=\"FENCED\"} 1.0",
            "tidemark_lane_failures_total{kind=\"POISON\"} 1.0",
            "tidemark_lane_failures_total{kind=\"TRANSIENT\"} 0.0",
            "tidemark_fence_refusals_total 1.0");
  }

  @Test
  void shouldCountWhatIsReportedOnlyWhenItIsInTheLog() {
    WorkerEffect.Commit commit =
        new WorkerEffect.Commit(
            List.of(
                new WorkerEffect.Append(3, checkpoint(PartitionState.COMPLETED)),
                new WorkerEffect.Append(3, checkpoint(PartitionState.RUNNING))),
            List.of(),
            Map.of(3, 1L));
    answering.answer = new WorkerEvent.CommitFailed();
    log.commit(commit);
    answering.answer = new WorkerEvent.Committed(List.of(1L, 2L));
    log.commit(commit);

    assertThat(registry.scrape().lines())
        .contains(
            "tidemark_partitions_ended_total{state=\"COMPLETED\"} 1.0",
            "tidemark_partition_duration_seconds_count 1",
            "tidemark_partition_duration_seconds_sum 2.5",
            "tidemark_checkpoint_latency_seconds_count 1",
            "tidemark_checkpoint_failures_total 1.0");
  }

  @Test
  void shouldCountTheQueuesItHasWhenTheGroupGivesAndTakes() {
    log.join(answering);
    answering.membership.assigned(Set.of(1, 2, 3));
    answering.membership.revoked(Set.of(1));
    answering.membership.lost(Set.of(2));

    assertThat(log.joined()).isTrue();
    assertThat(registry.scrape().lines()).contains("tidemark_worker_queues 1.0");
  }

  private static Descriptor descriptor() {
    return Descriptor.newBuilder()
        .setPartitionId("b-1/000000")
        .setBackfillId("b-1")
        .setOrdinal(0)
        .setQueue(3)
        .setSlice(new KeyRange(List.of("id"), null, null, false, null))
        .setRowsEstimated(1L)
        .setPlannedAt(0L)
        .build();
  }

  private static Checkpoint checkpoint(PartitionState state) {
    return Checkpoint.newBuilder()
        .setDescriptor(descriptor())
        .setState(state)
        .setFence(1)
        .setClaim(false)
        .setCursor(Cursor.START.parts())
        .setRows(0)
        .setBytes(0)
        .setDigest(new Digest("", 0L, 0L))
        .setChunks(0)
        .setColumns(List.of())
        .setFiles(List.of())
        .setWorker("w")
        .setAttempt(0)
        .setError(null)
        .setStartedAt(1_000L)
        .setAt(3_500L)
        .build();
  }

  /** A log that answers every commit as it is told to. */
  private static final class Answering implements WorkerLog, WorkerLog.Membership {
    private WorkerEvent answer = new WorkerEvent.CommitFailed();
    private Membership membership;

    @Override
    public void join(Membership member) {
      membership = member;
    }

    @Override
    public WorkerEvent commit(WorkerEffect.Commit commit) {
      return answer;
    }

    @Override
    public long lag() {
      return 17;
    }

    @Override
    public void assigned(Set<Integer> queues) {}

    @Override
    public void revoked(Set<Integer> queues) {}

    @Override
    public void lost(Set<Integer> queues) {}

    @Override
    public void poll(Duration atMost, Consumer<WorkerEvent> events) {}

    @Override
    public void recover(Set<Integer> queues, Consumer<WorkerEvent> events) {}

    @Override
    public void reading(int queue, boolean on) {}

    @Override
    public void reread(int queue, long from) {}

    @Override
    public void close() {}
  }
}
