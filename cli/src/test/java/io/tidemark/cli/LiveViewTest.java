package io.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.schemas.avro.Alert;
import io.tidemark.schemas.avro.BackfillState;
import io.tidemark.schemas.avro.Progress;
import io.tidemark.schemas.avro.RunningPartition;
import io.tidemark.schemas.avro.Severity;
import io.tidemark.schemas.avro.WorkerHeartbeat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class LiveViewTest {

  private static final Optional<String> ONE = Optional.of(Reports.BACKFILL);

  @Test
  void shouldShowAllThatMattersWhenABackfillRuns() {
    Progress p =
        Progress.newBuilder(Reports.half())
            .setRowsPerSLimit(30_000.0)
            .setLanesLimit(4)
            .setSlowedBy("replication lag 12 s of 10 s")
            .setCriticalPartition(Reports.BACKFILL + "/000007")
            .setCriticalMs(45_000L)
            .build();
    LiveView.State state =
        new LiveView.State(
            List.of(p), List.of(worker("w1", 60_800), worker("w2", 50_000)), alerts(), 61_000);

    assertThat(LiveView.lines(state, ONE, 100, 40))
        .containsExactly(
            "orders-copy-1a2b3c4d  RUNNING",
            "[###############...............]   50%  500,000 of ~1,000,000 rows",
            "25,000 rows/s  18 s–1:35 min left  1:00 min so far",
            "10 partitions: 5 completed, 2 running, 0 retrying, 3 pending, 0 failed",
            "limits     30,000 rows/s, 4 partitions at the same time",
            "slowed by  replication lag 12 s of 10 s",
            "done last  orders-copy-1a2b3c4d/000007, in about 45 s",
            "",
            "PARTITION      WORKER                        ROWS          LEFT    ROWS/S  IDLE",
            "000007         w1                         100,000        50,000    12,500  2 s",
            "000007         w2                         100,000        50,000    12,500  worker silent for"
                + " 11 s",
            "",
            "! CRITICAL stall: 000007 has not moved for 60 s",
            "  → look at locks",
            "q leaves; the backfill goes on");
  }

  @Test
  void shouldTellWhyAndSinceWhenWhenPaused() {
    Progress p =
        Progress.newBuilder(Reports.half())
            .setState(BackfillState.PAUSED)
            .setReason("paused by ann: tea\u001b[2J")
            .setPausedAt(1_000L)
            .build();

    assertThat(LiveView.lines(state(p), ONE, 100, 40))
        .contains(
            "orders-copy-1a2b3c4d  PAUSED: paused by ann: tea?[2J", "paused     for 1:00 min");
  }

  @Test
  void shouldListAllAndTheFleetWhenNoneIsNamed() {
    Progress over =
        Progress.newBuilder(Reports.over(BackfillState.FAILED)).setBackfillId("x-00000000").build();
    LiveView.State state =
        new LiveView.State(
            List.of(over, Reports.half()), List.of(worker("w1", 60_900)), List.of(), 61_000);

    assertThat(LiveView.lines(state, Optional.empty(), 100, 40))
        .containsExactly(
            "orders-copy-1a2b3c4d  RUNNING   [######......]  50%  25,000 rows/s  18 s–1:35 min left",
            "x-00000000            FAILED    [##########..]  90%  16,667 rows/s  over  1 failed",
            "",
            "1 worker, 1 of 2 lanes busy",
            "q leaves; the backfill goes on");
  }

  @Test
  void shouldTellWhatFoundNoRoomWhenTheTerminalIsSmall() {
    List<String> lines = LiveView.lines(state(Reports.half()), ONE, 30, 4);

    assertThat(lines)
        .containsExactly(
            "orders-copy-1a2b3c4d  RUNNING",
            "[###############.............…",
            "… 4 more lines",
            "q leaves; the backfill goes on");
  }

  @Test
  void shouldShowAllOfTheReasonWhenTheTerminalIsNarrow() {
    Progress p =
        Progress.newBuilder(Reports.half())
            .setState(BackfillState.PAUSED)
            .setReason("paused by ann: the replica lags, and nobody is there to look after it")
            .build();

    assertThat(LiveView.lines(state(p), ONE, 50, 40))
        .startsWith(
            "orders-copy-1a2b3c4d  PAUSED: paused by ann: the",
            "    replica lags, and nobody is there to look",
            "    after it")
        .contains("10 partitions: 5 completed, 2 running, 0 retrying,", "    3 pending, 0 failed");
  }

  @Test
  void shouldBreakWithinAWordWhenItIsLongerThanALine() {
    assertThat(Terminal.wrap("x".repeat(45), 20))
        .containsExactly("x".repeat(20), "    " + "x".repeat(16), "    " + "x".repeat(9));
  }

  @ParameterizedTest
  @CsvSource({"1,1", "5,2", "20,3", "80,24", "500,200"})
  void shouldKeepToTheTerminalWhenOfAnySize(int width, int height) {
    LiveView.State state =
        new LiveView.State(
            List.of(Reports.half()), List.of(worker("w1", 60_800)), alerts(), 61_000);

    List<String> lines = LiveView.lines(state, ONE, width, height);

    assertThat(lines).hasSizeLessThanOrEqualTo(height).isNotEmpty();
    assertThat(lines).allMatch(l -> l.length() <= Math.max(20, width));
  }

  @Test
  void shouldSayWhoseTurnItIsWhenNothingWasReported() {
    LiveView.State state = new LiveView.State(List.of(), List.of(), List.of(), 0);

    assertThat(LiveView.lines(state, ONE, 80, 24))
        .startsWith("orders-copy-1a2b3c4d: no reconciler has reported on it yet");
    assertThat(LiveView.lines(state, Optional.empty(), 80, 24)).startsWith("no backfills yet");
  }

  @Test
  void shouldDrawOverWhatIsThereWhenDrawnAgain() {
    assertThat(Screen.frame(List.of("a", "b"))).isEqualTo("\u001b[Ha\u001b[K\r\nb\u001b[K\u001b[J");
  }

  @ParameterizedTest
  @CsvSource({"40 120,120,40", "0 0,80,24", "'',80,24", "stty: no,80,24"})
  void shouldReadTheSizeWhenSttyTellsIt(String answer, int columns, int lines) {
    assertThat(Screen.size(answer)).isEqualTo(new Screen.Size(columns, lines));
  }

  private static LiveView.State state(Progress p) {
    return new LiveView.State(List.of(p), List.of(), List.of(), 61_000);
  }

  private static List<Alert> alerts() {
    Alert.Builder alert =
        Alert.newBuilder()
            .setBackfillId(Reports.BACKFILL)
            .setKind("stall")
            .setSeverity(Severity.CRITICAL)
            .setRemedy("look at locks")
            .setAt(60_000);
    return List.of(
        alert.setAlertId("a").setMessage("000007 has not moved for 60 s").build(),
        alert.setAlertId("b").setMessage("is over").setResolvedAt(60_500L).build());
  }

  private static WorkerHeartbeat worker(String id, long at) {
    RunningPartition r =
        RunningPartition.newBuilder()
            .setPartitionId(Reports.BACKFILL + "/000007")
            .setBackfillId(Reports.BACKFILL)
            .setRows(100_000)
            .setRowsRemaining(50_000)
            .setRowsPerS(12_500)
            .setAdvancedAt(at - 2_000)
            .setStartedAt(10_000)
            .build();
    return WorkerHeartbeat.newBuilder()
        .setWorkerId(id)
        .setDomain("default")
        .setHost("h")
        .setPid(1)
        .setVersion("0.1.0")
        .setLanes(2)
        .setLanesBusy(1)
        .setQueues(List.of(0))
        .setRowsPerS(0)
        .setCpu(0)
        .setHeapUsed(0)
        .setHeapMax(0)
        .setPressure("")
        .setStartedAt(0)
        .setAt(at)
        .setRunning(List.of(r))
        .build();
  }
}
