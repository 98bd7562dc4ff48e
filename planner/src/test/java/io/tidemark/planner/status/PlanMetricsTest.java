package io.tidemark.planner.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.planner.flow.PlanOutcome;
import io.tidemark.schemas.avro.Plan;
import io.tidemark.schemas.avro.PlanState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PlanMetricsTest {

  @TempDir private Path dir;

  @Test
  void shouldTellDurationSizeAndBalanceWhenAPlanWasPublished() {
    PlanOutcome done = new PlanOutcome(plan(), 40, Optional.of(new PlanOutcome.Balance(1.5, 1.25)));

    assertThat(PlanMetrics.text(done, Duration.ofMillis(2_500), 1_767_225_600_500L).lines())
        .contains(
            "tidemark_plan_duration_seconds 2.5",
            "tidemark_plan_partitions 40.0",
            "tidemark_plan_published_partitions 40.0",
            "tidemark_plan_estimated_rows 1000.0",
            "tidemark_plan_imbalance_ratio 1.5",
            "tidemark_plan_queue_imbalance_ratio 1.25",
            "tidemark_plan_last_success_timestamp_seconds 1.7672256005E9");
  }

  @Test
  void shouldLeaveOutTheBalanceWhenThePlanWasThereBefore() {
    PlanOutcome done = new PlanOutcome(plan(), 0, Optional.empty());

    assertThat(PlanMetrics.text(done, Duration.ofMillis(10), 1))
        .contains("tidemark_plan_published_partitions 0.0")
        .doesNotContain("imbalance");
  }

  @Test
  void shouldReplaceTheFileAtOnceAndLeaveNothingElse() throws IOException {
    Path file = Files.writeString(dir.resolve("tidemark.prom"), "old");

    PlanMetrics.write(file, "new");

    assertThat(file).hasContent("new");
    try (Stream<Path> files = Files.list(dir)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void shouldLeaveNothingBehindWhenTheFileCannotBeReplaced() throws IOException {
    Path folder = Files.createDirectories(dir.resolve("tidemark.prom").resolve("x")).getParent();

    assertThatThrownBy(() -> PlanMetrics.write(folder, "new")).isInstanceOf(IOException.class);

    try (Stream<Path> files = Files.list(dir)) {
      assertThat(files).containsExactly(folder);
    }
  }

  private static Plan plan() {
    return Plan.newBuilder()
        .setBackfillId("b-1a2b3c4d")
        .setName("b")
        .setDomain("default")
        .setSpec("")
        .setFingerprint("1a2b3c4d")
        .setSourceSchema("\"null\"")
        .setState(PlanState.SEALED)
        .setQueues(4)
        .setPartitions(40)
        .setRowsEstimated(1_000)
        .setCoverage(0)
        .setSinkFinish(false)
        .setCreatedAt(0)
        .build();
  }
}
