package io.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidemark.kafka.embedded.EmbeddedBroker;
import io.tidemark.schemas.avro.BackfillState;
import io.tidemark.schemas.avro.Progress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** {@code status} and {@code wait} against a broker; the test plays planner and reconciler. */
@Isolated("it reads what this process writes")
final class FollowingTest {

  @TempDir static Path dir;
  private static EmbeddedBroker broker;

  private Namespace here;

  @BeforeAll
  static void startBroker() throws Exception {
    broker = EmbeddedBroker.start(dir.resolve("broker"), 0, Map.of());
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
  }

  @BeforeEach
  void name() throws Exception {
    here = new Namespace(broker.bootstrapServers());
  }

  @Test
  void shouldSayThatNothingWasPlannedWhenThereAreNoTopics() {
    Cli cli = here.cli("status");

    assertThat(cli.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(cli.err()).contains(here.topics.progress(), "nothing was planned", "--namespace");
  }

  @Test
  void shouldNameTheKnownWhenTheBackfillIsUnknown() throws Exception {
    here.planned();

    Cli cli = here.cli("wait", "other-00000000", "--timeout", "1s");

    assertThat(cli.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(cli.err()).contains("no backfill other-00000000", "known: " + Reports.BACKFILL);
  }

  @Test
  void shouldWaitForTheReconcilerWhenOnlyPlanned() throws Exception {
    here.planned();

    Cli cli = here.cli("wait", Reports.BACKFILL, "--timeout", "300ms");

    assertThat(cli.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
    assertThat(cli.err()).contains("planned, but no reconciler");
  }

  @Test
  void shouldGiveUpWithFiveWhenItIsNotOverInTime() throws Exception {
    here.planned();
    reported(Reports.half());

    Cli cli = here.cli("wait", Reports.BACKFILL, "--timeout", "300ms");

    assertThat(cli.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
    assertThat(cli.err()).contains("is not over after 300ms");
  }

  @Test
  void shouldEndWithOneObjectWhenCompleteAndForScripts() throws Exception {
    here.planned();
    reported(Reports.over(BackfillState.COMPLETED));

    Cli cli = here.cli("wait", Reports.BACKFILL, "--output", "json");

    JsonNode json = new ObjectMapper().readTree(cli.lastLine());
    assertThat(cli.exitCode()).isZero();
    assertThat(json.path("state").asText()).isEqualTo("COMPLETED");
    assertThat(json.path("partitions").path("completed").asLong()).isEqualTo(10);
  }

  @Test
  void shouldExitWithThreeWhenPartitionsFailed() throws Exception {
    here.planned();
    reported(Reports.over(BackfillState.FAILED));

    assertThat(here.cli("wait", Reports.BACKFILL).exitCode()).isEqualTo(ExitCode.FAILED_PARTITIONS);
  }

  /** Whoever may read the progress need not be allowed to read plans. */
  @Test
  void shouldTellTheSourceFromTheProgressAlone() throws Exception {
    here.make();
    reported(Progress.newBuilder(Reports.half()).setSourceKey("postgresql://db1/shop").build());

    Cli cli = here.cli("status", Reports.BACKFILL);

    assertThat(cli.exitCode()).as(cli.err()).isZero();
    assertThat(cli.out()).contains("source     postgresql://db1/shop  (its key in");
  }

  @Test
  void shouldSetAsideAndGoOnWhenARecordIsCorrupt() throws Exception {
    here.planned();
    here.raw(here.topics.progress(), Reports.BACKFILL, "junk".getBytes(StandardCharsets.UTF_8));
    reported(Reports.half());

    Cli cli = here.cli("status");

    assertThat(cli.exitCode()).isZero();
    assertThat(cli.out()).contains(Reports.BACKFILL + " RUNNING");
    assertThat(cli.err()).contains(here.topics.progress(), "offset 0", "set aside");
  }

  private void reported(Progress p) throws Exception {
    here.put(here.topics.progress(), p.getBackfillId(), p);
  }
}
