package io.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidemark.kafka.embedded.EmbeddedBroker;
import io.tidemark.reconciler.app.Reconciler;
import io.tidemark.schemas.avro.Alert;
import io.tidemark.schemas.avro.Checkpoint;
import io.tidemark.schemas.avro.Descriptor;
import io.tidemark.schemas.avro.Digest;
import io.tidemark.schemas.avro.OffsetRange;
import io.tidemark.schemas.avro.PartitionState;
import io.tidemark.schemas.avro.Severity;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands to the coordinator, on a real broker, where it matters with a real reconciler. */
@Isolated("it reads what this process writes")
final class SteeringTest {

  private static final Duration PATIENCE = Duration.ofMinutes(1);

  @TempDir static Path dir;
  private static EmbeddedBroker broker;
  private static Namespace steered;
  private static Reconciler reconciler;

  @BeforeAll
  static void start() throws Exception {
    broker = EmbeddedBroker.start(dir.resolve("broker"), 0, Map.of());
    steered = new Namespace(broker.bootstrapServers());
    steered.planned();
    reconciler = steered.reconciler(dir.resolve("state"));
    await()
        .atMost(PATIENCE)
        .until(() -> steered.cli("status", Reports.BACKFILL).out().contains("RUNNING"));
  }

  @AfterAll
  static void stop() {
    reconciler.close();
    broker.close();
  }

  @Test
  void shouldPauseAndResumeAndKeepItInTheAuditWhenAReconcilerRuns() throws Exception {
    Cli paused =
        steered.cli("pause", Reports.BACKFILL, "--why", "the replica lags", "--who", "ann");

    assertThat(paused.err()).isEmpty();
    assertThat(paused.exitCode()).isZero();
    assertThat(paused.out()).contains("pause " + Reports.BACKFILL + ": no chunk starts any more");
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(steered.cli("status", Reports.BACKFILL).out())
                    .contains(
                        "PAUSED: paused by ann: the replica lags",
                        "paused     since 2",
                        "source     postgresql://db1:5432/shop  (its key in"));
    assertThat(
            new ObjectMapper()
                .readTree(steered.cli("status", Reports.BACKFILL, "--output", "json").lastLine())
                .path("source_key")
                .asText())
        .isEqualTo("postgresql://db1:5432/shop");

    Cli resumed = steered.cli("resume", Reports.BACKFILL, "--output", "json");

    JsonNode json = new ObjectMapper().readTree(resumed.lastLine());
    assertThat(json.path("accepted").asBoolean()).isTrue();
    assertThat(json.path("command").asText()).isEqualTo("resume");
    assertThat(json.path("who").asText()).contains("@");
    assertThat(steered.cli("audit", Reports.BACKFILL).out())
        .containsSubsequence(
            "pause  by ann: the replica lags", "accepted: no chunk starts", "resume  by ");
  }

  /** Whoever is on call must not need it. */
  @Test
  void shouldPauseAndResumeWhenTheSchemaRegistryIsAway() throws Exception {
    Path away =
        Files.writeString(
            dir.resolve("away.properties"),
            "schema.registry.url=http://127.0.0.1:1\nschema.registry.timeout.ms=500\n");
    for (String verb : List.of("pause", "resume")) {
      Cli cli = steered.cli(verb, Reports.BACKFILL, "--command-config", away.toString());

      assertThat(cli.exitCode()).as(cli.err()).isZero();
      assertThat(cli.out()).contains(verb + " " + Reports.BACKFILL + ": ");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"pause", "resume", "cancel", "retry", "throttle", "approve", "archive"})
  void shouldRefuseACommandIdThatIsNone(String verb) {
    List<String> all =
        new ArrayList<>(List.of(verb, Reports.BACKFILL, "--command-id", "nightly run"));
    all.addAll(
        switch (verb) {
          case "cancel", "archive" -> List.of("--yes");
          case "throttle" -> List.of("--lanes", "1");
          default -> List.of();
        });

    Cli cli = steered.cli(all.toArray(String[]::new));

    assertThat(cli.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(cli.err()).contains("--command-id 'nightly run'", "1 to 100 letters, digits");
  }

  @Test
  void shouldAskOnceWhenAScriptRunsAgainUnderTheSameCommandId() {
    String[] throttle = {
      "throttle", Reports.BACKFILL, "--lanes", "7", "--why", "night run", "--command-id", "night-1"
    };
    Cli first = steered.cli(throttle);
    Cli lifted = steered.cli("throttle", Reports.BACKFILL, "--lanes", "off");

    Cli again = steered.cli(throttle);
    Cli another =
        steered.cli("throttle", Reports.BACKFILL, "--lanes", "8", "--command-id", "night-1");

    assertThat(first.exitCode()).as(first.err()).isZero();
    assertThat(lifted.exitCode()).isZero();
    assertThat(again.exitCode()).isZero();
    assertThat(again.out()).isEqualTo(first.out());
    assertThat(another.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(another.err())
        .contains("night-1 was used for another command, throttle of " + Reports.BACKFILL);
    assertThat(steered.cli("audit").out()).containsOnlyOnce("night run");
    assertThat(steered.cli("status", Reports.BACKFILL).out())
        .as("what was lifted since stays lifted")
        .doesNotContain("7 partitions at the same time");
  }

  @Test
  void shouldAnswerAgainWhenWhatWasArchivedIsGone() throws Exception {
    Namespace n = new Namespace(broker.bootstrapServers());
    n.planned(0);
    String[] archive = {"archive", Reports.BACKFILL, "--yes", "--command-id", "night-2"};
    try (Reconciler own = n.reconciler(dir.resolve("again"))) {
      assertThat(own.failure()).isEmpty();
      await()
          .atMost(PATIENCE)
          .until(() -> n.cli("status", Reports.BACKFILL).out().contains("COMPLETED"));
      Cli archived = n.cli(archive);
      assertThat(archived.exitCode()).as(archived.err()).isZero();
      await()
          .atMost(PATIENCE)
          .until(() -> n.cli("status", Reports.BACKFILL).exitCode() == ExitCode.USAGE);

      Cli again = n.cli(archive);

      assertThat(again.exitCode()).as(again.err()).isZero();
      assertThat(again.out()).isEqualTo(archived.out());
    }
  }

  @Test
  void shouldExitWithTwoAndTheReasonWhenRefused() throws Exception {
    Cli retry = steered.cli("retry", Reports.BACKFILL, "--failed");
    Cli archive = steered.cli("archive", Reports.BACKFILL, "--yes", "--output", "json");

    assertThat(retry.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(retry.err()).contains("retry", "is refused: none of its partitions is FAILED");
    assertThat(archive.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(new ObjectMapper().readTree(archive.lastLine()).path("accepted").asBoolean(true))
        .isFalse();
    assertThat(archive.err()).contains("cancel it first");
  }

  @Test
  void shouldRetryOnlyAPartitionThatItsLedgerHasFailedAndKeepRefusalsInTheAudit() throws Exception {
    Namespace n = new Namespace(broker.bootstrapServers());
    n.planned();
    String failed = Reports.BACKFILL + "/000001";
    String done = Reports.BACKFILL + "/000002";
    try (Reconciler own = n.reconciler(dir.resolve("retry"))) {
      assertThat(own.failure()).isEmpty();
      reports(n, failed, PartitionState.FAILED, 0);
      reports(n, done, PartitionState.COMPLETED, 2);
      await()
          .atMost(PATIENCE)
          .until(() -> n.cli("status", Reports.BACKFILL).out().contains("1 completed, 1 failed"));

      Cli refused = n.cli("retry", Reports.BACKFILL, "--partition", "000002");
      Cli unknown = n.cli("retry", Reports.BACKFILL, "--partition", "000009");
      Cli asked = n.cli("retry", Reports.BACKFILL, "--partition", "000001");

      assertThat(refused.exitCode()).isEqualTo(ExitCode.USAGE);
      assertThat(refused.err()).contains("is refused: " + done + " is COMPLETED");
      assertThat(unknown.exitCode()).isEqualTo(ExitCode.USAGE);
      assertThat(unknown.err()).contains("there is no partition " + Reports.BACKFILL + "/000009");
      assertThat(asked.exitCode()).as(asked.err()).isZero();
      assertThat(asked.out()).contains(failed + " is tried again");
      assertThat(n.cli("audit", Reports.BACKFILL).out())
          .containsSubsequence(done + " is COMPLETED", "there is no partition", "is tried again");
    }
  }

  /** A claim at an offset of the checkpoints, and the partition's end behind it. */
  private static void reports(Namespace n, String id, PartitionState end, long offset)
      throws Exception {
    Checkpoint claim =
        Checkpoint.newBuilder()
            .setDescriptor(
                Descriptor.newBuilder()
                    .setPartitionId(id)
                    .setBackfillId(Reports.BACKFILL)
                    .setOrdinal(0)
                    .setQueue(0)
                    .setSlice(new OffsetRange("r", 0L, 1L))
                    .setRowsEstimated(1)
                    .setPlannedAt(1_000)
                    .build())
            .setState(PartitionState.RUNNING)
            .setClaim(true)
            .setFence(-1)
            .setRows(0)
            .setBytes(0)
            .setDigest(new Digest("", 0L, 0L))
            .setChunks(0)
            .setWorker("w")
            .setAttempt(0)
            .setStartedAt(2_000)
            .setAt(2_000)
            .build();
    n.put(n.topics.checkpoints("default"), id, claim);
    n.put(
        n.topics.checkpoints("default"),
        id,
        Checkpoint.newBuilder(claim).setState(end).setClaim(false).setFence(offset).build());
  }

  @Test
  void shouldTellTheLimitsThatHoldWhenThrottled() {
    Cli throttled =
        steered.cli("throttle", Reports.BACKFILL, "--rows-per-second", "20000", "--lanes", "3");

    assertThat(throttled.exitCode()).isZero();
    assertThat(throttled.out())
        .contains("at most 20000 rows per second, at most 3 partitions at the same time");
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(steered.cli("status", Reports.BACKFILL).out())
                    .contains("limits     20,000 rows/s, 3 partitions at the same time"));
    assertThat(
            steered
                .cli("throttle", Reports.BACKFILL, "--rows-per-second", "off", "--lanes", "off")
                .out())
        .contains("no limit of rows per second, no limit of partitions");
  }

  @Test
  void shouldAskFirstAndDoNothingWhenTheAnswerIsNo() {
    System.setProperty("tidemark.terminal.in", "true");
    InputStream before = System.in;
    try {
      System.setIn(new ByteArrayInputStream("n\n".getBytes(StandardCharsets.UTF_8)));
      Cli cli = steered.cli("cancel", Reports.BACKFILL);

      assertThat(cli.exitCode()).isEqualTo(ExitCode.USAGE);
      assertThat(cli.err()).contains("Cancel " + Reports.BACKFILL + " for good?", "[y/N]");
      assertThat(cli.err()).contains("nothing was done");
    } finally {
      System.setIn(before);
      System.clearProperty("tidemark.terminal.in");
    }
    assertThat(steered.cli("audit").out()).doesNotContain("  cancel  ");
  }

  @Test
  void shouldRefuseWhenNobodyCanBeAsked() {
    Cli cli = steered.cli("cancel", Reports.BACKFILL);

    assertThat(cli.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(cli.err()).contains("no terminal", "--yes");
  }

  @Test
  void shouldNameTheKnownWhenTheBackfillIsUnknown() {
    Cli cli = steered.cli("pause", "orders-cpy-1a2b3c4d");

    assertThat(cli.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(cli.err()).contains("no backfill orders-cpy-1a2b3c4d", Reports.BACKFILL);
  }

  @Test
  void shouldLeaveTheCommandInTheLogAndExitWithFiveWhenNoReconcilerRuns() throws Exception {
    Namespace alone = new Namespace(broker.bootstrapServers());
    alone.planned();

    Cli cli = alone.cli("pause", Reports.BACKFILL, "--timeout", "500ms", "--output", "json");

    assertThat(cli.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
    assertThat(cli.err())
        .contains(
            "not answered within 500ms",
            "in the log",
            "reconciler",
            "--command-id "
                + new ObjectMapper().readTree(cli.lastLine()).path("command_id").asText());
    assertThat(new ObjectMapper().readTree(cli.lastLine()).path("accepted").isNull()).isTrue();
    assertThat(alone.cli("audit").out()).contains("pause", "not decided yet");
    try (Reconciler late = alone.reconciler(dir.resolve("late"))) {
      assertThat(late.url()).isNotEmpty();
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () -> assertThat(alone.cli("status", Reports.BACKFILL).out()).contains("PAUSED"));
    }
  }

  @Test
  void shouldListWhatStandsWithItsRemedyWhenAskedForAlerts() throws Exception {
    Namespace n = new Namespace(broker.bootstrapServers());
    n.make();
    Alert stall = alert("stall/1", "no row for 60 s\u001b[2J", "look at the source", null);
    n.put(n.topics.alerts(), Reports.BACKFILL, stall);
    n.put(n.topics.alerts(), Reports.BACKFILL, alert("skew/1", "skewed", "cut finer", null));
    n.put(n.topics.alerts(), Reports.BACKFILL, alert("skew/1", "skewed", "cut finer", 5_000L));

    assertThat(n.cli("alerts").out())
        .contains("WARNING", "no row for 60 s?[2J", "look at the source")
        .doesNotContain("skewed", "\u001b");
    assertThat(n.cli("alerts", Reports.BACKFILL, "--all").out())
        .contains("skewed", "over since 1970-01-01T00:00:05Z");
    assertThat(n.cli("alerts", "other-00000000").out()).contains("no alert stands");
  }

  private static Alert alert(String id, String message, String remedy, Long resolvedAt) {
    return Alert.newBuilder()
        .setAlertId(id)
        .setBackfillId(Reports.BACKFILL)
        .setKind(id.replaceAll("/.*", ""))
        .setSeverity(Severity.WARNING)
        .setMessage(message)
        .setRemedy(remedy)
        .setAt(1_000)
        .setResolvedAt(resolvedAt)
        .build();
  }
}
