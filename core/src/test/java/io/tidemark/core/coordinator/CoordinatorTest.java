package io.tidemark.core.coordinator;

import static io.tidemark.core.coordinator.CoordinatorFixture.COVERAGE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.tidemark.schemas.avro.CommandType;
import io.tidemark.schemas.avro.Digest;
import io.tidemark.schemas.avro.Plan;
import io.tidemark.schemas.avro.PlanState;
import io.tidemark.schemas.avro.Tally;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class CoordinatorTest {

  private final CoordinatorFixture fixture = new CoordinatorFixture(1);

  static Stream<Arguments> verdicts() {
    return Stream.of(
        arguments("all done", change(t -> t), "COMPLETED", ""),
        arguments("one pending", change(t -> t.setCompleted(1).setPending(1)), "RUNNING", ""),
        arguments("one running", change(t -> t.setCompleted(1).setRunning(1)), "RUNNING", ""),
        arguments("one retrying", change(t -> t.setCompleted(1).setRetrying(1)), "RUNNING", ""),
        arguments("one not heard of", change(t -> t.setCompleted(1)), "RUNNING", ""),
        arguments("a split made more of them", change(t -> t.setCompleted(5)), "COMPLETED", ""),
        arguments(
            "one failed",
            change(t -> t.setCompleted(1).setFailed(1).setCoverageCompleted(1)),
            "FAILED",
            "1 partitions failed"),
        arguments(
            "one cancelled",
            change(t -> t.setCompleted(1).setCancelled(1).setCoverageCompleted(1)),
            "CANCELLED",
            "1 partitions were cancelled"),
        arguments(
            "one failed, one cancelled",
            change(t -> t.setCompleted(0).setFailed(1).setCancelled(1).setCoverageCompleted(0)),
            "FAILED",
            "1 partitions failed"),
        arguments(
            "done ones do not cover the plan",
            change(t -> t.setCoverageCompleted(COVERAGE - 1)),
            "FAILED",
            "the completed partitions do not cover the plan"),
        arguments(
            "digest of fewer rows",
            change(t -> t.setDigest(new Digest("avro", 199L, 99L))),
            "FAILED",
            "the digest is of 199 rows, the ledger has 200"),
        arguments(
            "digests of two kinds",
            change(t -> t.setDigest(new Digest("mixed", 200L, 99L))),
            "FAILED",
            "its rows were digested in more than one way (sink and source servers of different"
                + " versions?), so that nothing proves them"),
        arguments("a gap, at first", change(t -> t.setCoverageKnown(1)), "RUNNING", ""));
  }

  private static UnaryOperator<Tally.Builder> change(UnaryOperator<Tally.Builder> change) {
    return change;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("verdicts")
  void shouldJudgeABackfillWhenItsPartitionsStandSo(
      String name, UnaryOperator<Tally.Builder> change, String state, String reason) {
    fixture.plan("a");
    fixture.tally(change.apply(fixture.completed("a")));

    fixture.tick(200);

    assertThat(fixture.progress("a").getState()).hasToString(state);
    assertThat(fixture.progress("a").getReason()).isEqualTo(reason);
    assertThat(fixture.progress("a").getCovered()).isEqualTo(state.equals("COMPLETED"));
  }

  @Test
  void shouldNotCompleteWhenThePlanIsNotSealed() {
    fixture.plan("a", PlanState.PLANNING, false);
    fixture.tally(fixture.completed("a"));
    fixture.tick(200);
    assertThat(fixture.progress("a").getState()).hasToString("RUNNING");

    fixture.plan("a");

    assertThat(fixture.progress("a").getState()).hasToString("COMPLETED");
  }

  @Test
  void shouldFailOnlyWhenAGapLasts() {
    fixture.plan("a");
    fixture.tally(fixture.completed("a").setCoverageKnown(1));
    fixture.tick(86_400_000);
    for (int look = 2; look < Coordinator.GAP_LOOKS; look++) {
      fixture.tick(200);
    }
    assertThat(fixture.progress("a").getState()).hasToString("RUNNING");

    fixture.tick(200);

    assertThat(fixture.progress("a").getState()).hasToString("FAILED");
    assertThat(fixture.progress("a").getReason()).contains("gap");
  }

  @Test
  void shouldForgetAGapWhenItCloses() {
    fixture.plan("a");
    fixture.tally(fixture.completed("a").setCoverageKnown(1));
    for (int look = 1; look < Coordinator.GAP_LOOKS; look++) {
      fixture.tick(200);
    }

    fixture.tally(fixture.completed("a"));
    fixture.tick(200);

    assertThat(fixture.progress("a").getState()).hasToString("COMPLETED");
  }

  @Test
  void shouldWaitForTheSinkWhenItMustBeSealed() {
    fixture.plan("a", PlanState.SEALED, true);
    fixture.tally(fixture.completed("a"));
    fixture.tick(200);
    assertThat(fixture.progress("a").getState()).hasToString("FINISHING");
    assertThat(fixture.progress("a").getCovered()).isTrue();

    fixture.command("a", CommandType.SINK_FINISHED);

    assertThat(fixture.progress("a").getState()).hasToString("COMPLETED");
    assertThat(fixture.progress("a").getEndedAt()).isNotNull();
  }

  @ParameterizedTest
  @CsvSource({"PAUSE", "RESUME", "CANCEL"})
  void shouldGoOnSealingWhenItIsTooLateToStop(CommandType command) {
    fixture.plan("a", PlanState.SEALED, true);
    fixture.tally(fixture.completed("a"));
    fixture.tick(200);

    fixture.command("a", command);

    assertThat(fixture.progress("a").getState()).hasToString("FINISHING");
    assertThat(fixture.directive("a")).isEqualTo("RUN");
  }

  /** Commands in order, then: state, directive. */
  static Stream<Arguments> commands() {
    return Stream.of(
        arguments(List.of(), "RUNNING", "RUN"),
        arguments(List.of("PAUSE"), "PAUSED", "HOLD"),
        arguments(List.of("PAUSE", "PAUSE"), "PAUSED", "HOLD"),
        arguments(List.of("PAUSE", "RESUME"), "RUNNING", "RUN"),
        arguments(List.of("RESUME"), "RUNNING", "RUN"),
        arguments(List.of("CANCEL"), "RUNNING", "CANCEL"),
        arguments(List.of("CANCEL", "RETRY"), "RUNNING", "CANCEL"),
        arguments(List.of("PAUSE", "THROTTLE"), "PAUSED", "HOLD"),
        arguments(List.of("ARCHIVE"), "RUNNING", "RUN"),
        arguments(List.of("APPROVE"), "RUNNING", "RUN"),
        arguments(List.of("CANCEL", "PAUSE"), "RUNNING", "CANCEL"),
        arguments(List.of("CANCEL", "RESUME"), "RUNNING", "CANCEL"),
        arguments(List.of("PAUSE", "CANCEL"), "PAUSED", "CANCEL"),
        arguments(List.of("PAUSE", "CANCEL", "RESUME"), "PAUSED", "CANCEL"),
        arguments(List.of("SINK_FINISHED"), "RUNNING", "RUN"),
        arguments(List.of("RETRY"), "RUNNING", "RUN"));
  }

  @ParameterizedTest
  @MethodSource("commands")
  void shouldDirectWorkersWhenItIsAskedTo(List<String> asked, String state, String directive) {
    fixture.plan("a");
    fixture.tally(fixture.tally("a").setPending(2).setCoverageKnown(COVERAGE));

    asked.forEach(c -> fixture.command("a", CommandType.valueOf(c)));
    fixture.tick(200);

    assertThat(fixture.progress("a").getState()).hasToString(state);
    assertThat(fixture.directive("a")).isEqualTo(directive);

    fixture.restart();
    fixture.tick(200);

    assertThat(fixture.progress("a").getState()).as("after a restart").hasToString(state);
    assertThat(fixture.directive("a")).as("after a restart").isEqualTo(directive);
  }

  @Test
  void shouldSayWhoAskedWhenItIsPausedOrCancelled() {
    fixture.plan("a");
    fixture.command("a", CommandType.PAUSE);
    assertThat(fixture.progress("a").getReason()).isEqualTo("paused by ops: lunch");

    fixture.command("a", CommandType.CANCEL);

    assertThat(fixture.progress("a").getReason()).isEqualTo("being cancelled by ops: lunch");
  }

  @Test
  void shouldIgnoreACommandForWhatIsNotThereOrOver() {
    fixture.plan("a");
    fixture.tally(fixture.completed("a"));
    fixture.tick(200);

    fixture.command("a", CommandType.CANCEL);
    fixture.command("nobody", CommandType.PAUSE);

    assertThat(fixture.progress("a").getState()).hasToString("COMPLETED");
    assertThat(fixture.directive("a")).isEqualTo("RUN");
    assertThat(fixture.progress("nobody")).isNull();
  }

  @Test
  void shouldLetTheOldestRunWhenPlacesAreFew() {
    fixture.plan("b");
    fixture.plan("a");
    fixture.plan("c");
    assertThat(fixture.progress("b").getState()).hasToString("RUNNING");
    assertThat(fixture.progress("a").getState()).hasToString("WAITING");
    assertThat(fixture.progress("a").getReason()).isEqualTo("waits for one of 1 places");
    assertThat(fixture.directive("a")).isNull();

    fixture.tally(fixture.completed("b"));
    fixture.tick(200);

    assertThat(fixture.progress("a").getState()).hasToString("RUNNING");
    assertThat(fixture.directive("a")).isEqualTo("RUN");
    assertThat(fixture.progress("c").getState()).hasToString("WAITING");
  }

  @Test
  void shouldGiveAPlaceAwayWhenABackfillIsPaused() {
    fixture.plan("a");
    fixture.plan("b");

    fixture.command("a", CommandType.PAUSE);
    fixture.command("a", CommandType.RESUME);

    assertThat(fixture.progress("b").getState()).hasToString("RUNNING");
    assertThat(fixture.progress("a").getState()).hasToString("WAITING");
    assertThat(fixture.directive("a")).isEqualTo("HOLD");
  }

  @Test
  void shouldNeverRunABackfillThatWasCancelledWhileItWaited() {
    fixture.plan("a");
    fixture.plan("b");
    fixture.command("b", CommandType.CANCEL);

    fixture.tally(fixture.completed("a"));
    fixture.tick(200);

    assertThat(fixture.directive("b")).isEqualTo("CANCEL");
    assertThat(fixture.progress("b").getState()).hasToString("WAITING");
    assertThat(fixture.progress("b").getReason()).startsWith("being cancelled");

    fixture.tally(
        fixture.tally("b").setCancelled(2).setCoverageKnown(COVERAGE).setCoverageCompleted(0));
    fixture.tick(200);

    assertThat(fixture.progress("b").getState()).hasToString("CANCELLED");
  }

  @Test
  void shouldEndWhatWasCancelledThoughItsPlannerDied() {
    fixture.plan("a", PlanState.PLANNING, false, p -> p.setPartitions(2));
    fixture.plan("b");
    fixture.command("a", CommandType.CANCEL);

    fixture.tally(fixture.tally("a").setCompleted(1).setRows(100));
    fixture.tick(200);
    assertThat(fixture.progress("a").getState()).as("of 2 one is known").hasToString("RUNNING");
    fixture.tally(fixture.tally("a").setCompleted(1).setRows(100).setRunning(1));
    fixture.tick(200);
    assertThat(fixture.progress("a").getState()).as("one still runs").hasToString("RUNNING");
    assertThat(fixture.progress("b").getState()).as("there is one place").hasToString("WAITING");

    fixture.tally(fixture.tally("a").setCompleted(1).setRows(100).setCancelled(1));
    fixture.tick(200);

    assertThat(fixture.progress("a").getState()).hasToString("CANCELLED");
    assertThat(fixture.progress("a").getReason())
        .isEqualTo("cancelled before its plan was complete");
    assertThat(fixture.progress("b").getState()).as("its place is free").hasToString("RUNNING");
    fixture.command("a", CommandType.ARCHIVE);
    assertThat(fixture.decision().getAccepted()).isTrue();
  }

  @Test
  void shouldNotEndAnUnsealedPlanThatNobodyCancelled() {
    fixture.plan("a", PlanState.PLANNING, false, p -> p.setPartitions(1));

    fixture.tally(fixture.tally("a").setCompleted(1).setRows(100));
    fixture.tick(200);

    assertThat(fixture.progress("a").getState()).hasToString("RUNNING");
  }

  @Test
  void shouldCompleteAtOnceWhenThereIsNothingToDo() {
    CoordinatorFixture empty = new CoordinatorFixture(1);
    empty.plan("a");
    empty.plan("b", PlanState.PLANNING, false);

    assertThat(empty.progress("a").getState()).hasToString("RUNNING");
    assertThat(Verdict.of(emptyPlan(), Sum.of(List.of()), false)).isEqualTo(new Verdict.Proved());
  }

  private static Plan emptyPlan() {
    return Plan.newBuilder()
        .setBackfillId("e")
        .setName("e")
        .setDomain("default")
        .setSpec("")
        .setFingerprint("")
        .setSourceSchema("")
        .setState(PlanState.SEALED)
        .setQueues(2)
        .setPartitions(0)
        .setRowsEstimated(0)
        .setCoverage(0)
        .setSinkFinish(false)
        .setCreatedAt(1)
        .build();
  }

  @Test
  void shouldKeepAnEndWhenLaterTalliesDisagree() {
    fixture.plan("a");
    fixture.tally(fixture.completed("a").setCompleted(1).setFailed(1));
    fixture.tick(200);
    assertThat(fixture.progress("a").getState()).hasToString("FAILED");

    fixture.tally(fixture.completed("a").setDrift(1).setLastDrift("a zombie"));
    fixture.tick(200);

    assertThat(fixture.progress("a").getState()).hasToString("FAILED");
  }

  @Test
  void shouldReportDriftWhenItIsFoundAfterTheEnd() {
    fixture.plan("a");
    fixture.tally(fixture.completed("a"));
    fixture.tick(200);

    fixture.tally(fixture.completed("a").setDrift(1).setLastDrift("a zombie"));
    fixture.tick(200);

    assertThat(fixture.progress("a").getState()).hasToString("COMPLETED");
    assertThat(fixture.progress("a").getDrift()).isEqualTo(1);
    assertThat(fixture.progress("a").getLastDrift()).isEqualTo("a zombie");
  }

  @Test
  void shouldAddUpQueuesWhenSeveralReport() {
    fixture.plan("a");
    fixture.tally(fixture.tally("a").setRunning(1).setRows(30).setStartedAt(900L));
    fixture.tally(
        fixture
            .tally("a")
            .setQueue(1)
            .setCompleted(1)
            .setRows(12)
            .setClaims(2)
            .setStartedAt(800L)
            .setDigest(new Digest("avro", 12L, -5L)));
    fixture.tick(200);

    var p = fixture.progress("a");
    assertThat(p.getPartitions()).isEqualTo(2);
    assertThat(p.getRunning()).isEqualTo(1);
    assertThat(p.getCompleted()).isEqualTo(1);
    assertThat(p.getRows()).isEqualTo(42);
    assertThat(p.getClaims()).isEqualTo(2);
    assertThat(p.getStartedAt()).isEqualTo(800);
    assertThat(p.getDigest()).isEqualTo(new Digest("avro", 12L, -5L));
  }

  @Test
  void shouldEstimateTheTimeLeftWhenRowsFlow() {
    fixture.plan("a");
    for (int i = 1; i <= 10; i++) {
      fixture.tally(fixture.tally("a").setRunning(2).setRows(10L * i).setStartedAt(1_000_000L));
      fixture.tick(1_000);
    }

    var p = fixture.progress("a");
    assertThat(p.getRowsPerS()).isBetween(9.0, 11.0);
    assertThat(p.getEtaLowMs()).isLessThanOrEqualTo(10_000);
    assertThat(p.getEtaHighMs()).isGreaterThanOrEqualTo(10_000);
  }

  @Test
  void shouldWriteNothingMoreWhenNothingMoves() {
    fixture.plan("a");
    fixture.tally(fixture.tally("a").setRunning(2).setRows(100).setStartedAt(1_000_000L));
    fixture.tick(1_000);
    fixture.tally(fixture.tally("a").setRunning(2).setRows(150).setStartedAt(1_000_000L));
    fixture.tick(1_000);
    fixture.tick(5_000);
    fixture.tick(10 * 60_000);
    int before = fixture.written();

    for (int i = 0; i < 100; i++) {
      fixture.tick(1_000);
    }

    assertThat(fixture.written()).isEqualTo(before);
    assertThat(fixture.progress("a").getRowsPerS()).isZero();
    assertThat(fixture.progress("a").getEtaHighMs()).isNull();
  }

  @Test
  void shouldRefuseAPlanStateThatIsYoungerThanItself() {
    assertThatThrownBy(() -> fixture.plan("a", PlanState.UNKNOWN, false))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** The fixture's plan allows 10 dead letters, and no more than 2 % of its 200 rows: four. */
  @Test
  void shouldTellWorkersWhenTheLastRowThatMayBeSetAsideWas() {
    CoordinatorFixture f = new CoordinatorFixture(1);
    f.plan("a");
    f.tally(f.tally("a").setRunning(2).setRows(100).setDeadLetters(3));
    f.tick(1);
    assertThat(f.deadLettersSpent("a")).isFalse();

    f.tally(f.tally("a").setRunning(2).setRows(100).setDeadLetters(4));
    f.tick(1);
    assertThat(f.deadLettersSpent("a")).isTrue();
    assertThat(f.progress("a").getDeadLetters()).isEqualTo(4);

    f.command("a", CommandType.PAUSE);
    assertThat(f.directive("a")).startsWith("HOLD");
    assertThat(f.deadLettersSpent("a")).isTrue();

    f.tally(f.tally("a").setRunning(2).setRows(100).setDeadLetters(4).setRowsEstimated(2_000));
    f.tick(1);
    assertThat(f.deadLettersSpent("a")).isFalse();
  }
}
