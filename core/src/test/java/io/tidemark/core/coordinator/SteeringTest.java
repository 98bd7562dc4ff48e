package io.tidemark.core.coordinator;

import static io.tidemark.core.coordinator.CoordinatorFixture.COVERAGE;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.schemas.avro.CommandType;
import io.tidemark.schemas.avro.Digest;
import io.tidemark.schemas.avro.Order;
import io.tidemark.schemas.avro.OrderKind;
import io.tidemark.schemas.avro.PartitionState;
import io.tidemark.schemas.avro.PlanState;
import io.tidemark.schemas.avro.Tally;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Commands and their answers. */
class SteeringTest {

  private static final String A = "a";

  private final CoordinatorFixture f = new CoordinatorFixture(1);

  private Tally.Builder oneFailed() {
    return f.completed(A)
        .setCompleted(1)
        .setFailed(1)
        .setRows(100)
        .setDigest(new Digest("avro", 100L, 9L))
        .setCoverageCompleted(1);
  }

  private void failed() {
    f.plan(A);
    f.tally(oneFailed());
    f.tick(200);
    assertThat(f.progress(A).getState()).hasToString("FAILED");
  }

  private String answer(CommandType type, String... arguments) {
    f.command(A, type, arguments.length == 0 ? Map.of() : Map.of(arguments[0], arguments[1]));
    return (f.decision().getAccepted() ? "yes: " : "no: ") + f.decision().getAnswer();
  }

  /** What was done, in short, and then what is asked and answered. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          running   | PAUSE   | yes: no chunk starts any more
          paused    | PAUSE   | yes: it is paused already
          running   | RESUME  | yes: it is not paused
          paused    | RESUME  | yes: it goes on
          running   | CANCEL  | yes: 0 rows of 0 completed partitions are written
          cancelled | CANCEL  | yes: it is being cancelled already
          cancelled | PAUSE   | no: it is being cancelled, and that is final
          cancelled | RETRY   | no: it was cancelled, and that is final
          running   | RETRY   | no: none of its partitions is FAILED
          running   | APPROVE | yes: it needs no approval
          running   | ARCHIVE | no: it is RUNNING; cancel it first
          running   | SPLIT   | no: running partitions cannot be split yet
          completed | PAUSE   | no: it is COMPLETED already
          completed | CANCEL  | no: it is COMPLETED already
          completed | RETRY   | no: nothing of it failed
          completed | THROTTLE| no: it is COMPLETED already
          completed | ARCHIVE | yes: its records are dropped
          archived  | ARCHIVE | no: it is archived
          archived  | PAUSE   | no: it is archived
          nobody    | PAUSE   | no: there is no backfill a
          """)
  void shouldAnswerEveryCommandWithAWord(String before, CommandType command, String answer) {
    if (!before.equals("nobody")) {
      f.plan(A);
      f.tally(f.tally(A).setPending(2).setCoverageKnown(COVERAGE));
    }
    switch (before) {
      case "paused" -> f.command(A, CommandType.PAUSE);
      case "cancelled" -> f.command(A, CommandType.CANCEL);
      case "completed", "archived" -> {
        f.tally(f.completed(A));
        f.tick(200);
      }
      default -> {}
    }
    if (before.equals("archived")) {
      f.command(A, CommandType.ARCHIVE);
    }

    assertThat(answer(command)).startsWith(answer);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          PAUSE    | rows_per_second | 5       | no: it takes no argument rows_per_second
          RETRY    | partition       | b/0     | no: none of its partitions is FAILED
          THROTTLE | rows_per_second | 0       | no: rows_per_second must be a whole number from 1
          THROTTLE | rows_per_second | -1      | no: rows_per_second must be a whole number from 1
          THROTTLE | lanes           | many    | no: lanes must be a whole number from 1 to 1000000
          THROTTLE | lanes           | 1000001 | no: lanes must be a whole number from 1 to 1000000
          THROTTLE | row_per_second  | 5       | no: it takes no argument row_per_second
          THROTTLE | rows_per_second | 5000    | yes: from now on: at most 5000 rows per second
          THROTTLE | lanes           | off     | yes: from now on: no limit
          """)
  void shouldRefuseArgumentsThatMeanNothing(
      CommandType command, String name, String value, String answer) {
    f.plan(A);

    assertThat(answer(command, name, value)).startsWith(answer);
  }

  @Test
  void shouldTryFailedPartitionsAgainWhenAsked() {
    failed();

    assertThat(answer(CommandType.RETRY)).startsWith("yes: 1 failed partitions");

    assertThat(f.progress(A).getState()).hasToString("RUNNING");
    assertThat(f.progress(A).getEndedAt()).isNull();
    assertThat(f.directive(A)).isEqualTo("RUN");
    assertThat(f.orders())
        .extracting(Order::getQueue, Order::getKind)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(0, OrderKind.RETRY),
            org.assertj.core.groups.Tuple.tuple(1, OrderKind.RETRY));
  }

  @Test
  void shouldConcludeNothingBeforeTheLedgerHasTheOrder() {
    failed();
    f.command(A, CommandType.RETRY);

    f.tick(200);
    f.restart();
    f.tick(200);
    assertThat(f.progress(A).getState()).as("the tally is from before").hasToString("RUNNING");

    long at = f.orders().getFirst().getAt();
    f.tally(oneFailed().setFailed(0).setPending(1).setOrderedAt(at));
    f.tick(200);
    assertThat(f.progress(A).getState()).hasToString("RUNNING");

    f.tally(oneFailed().setOrderedAt(at));
    f.tick(200);
    assertThat(f.progress(A).getState()).as("it failed again").hasToString("FAILED");
  }

  private static final Map<String, String> ONE = Map.of("partition", "a/000001");

  /** Asks for one partition; returns the time of the order. */
  private long retryOne() {
    f.command(A, CommandType.RETRY, ONE);
    return f.orders().getLast().getAt();
  }

  @Test
  void shouldGoOnForOnePartitionOnlyWhenItsLedgerHasFoundItFailed() {
    failed();

    long at = retryOne();
    f.restart();
    f.tick(200);
    assertThat(f.decisions()).as("only the ledger knows").isEmpty();
    assertThat(f.progress(A).getState()).hasToString("FAILED");
    assertThat(f.progress(A).getRetryAsked().getArguments()).isEqualTo(ONE);
    assertThat(f.directive(A)).as("no worker takes it before it has a place").isEqualTo("HOLD");

    f.tally(
        oneFailed()
            .setFailed(0)
            .setPending(1)
            .setOrderedAt(at)
            .setOrderedState(PartitionState.FAILED));
    f.tick(200);

    assertThat(f.decision().getAccepted()).isTrue();
    assertThat(f.decision().getAnswer()).startsWith("a/000001 is tried again");
    assertThat(f.progress(A).getState()).hasToString("RUNNING");
    assertThat(f.progress(A).getEndedAt()).isNull();
    assertThat(f.progress(A).getRetryAsked()).isNull();
    assertThat(f.directive(A)).isEqualTo("RUN");
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "none",
      textBlock =
          """
          COMPLETED, 'a/000001 is COMPLETED, and only what is FAILED is tried again'
          none,      'there is no partition a/000001; `tidemark status a` names those that failed'
          """)
  void shouldRefuseARetryAndStayOverWhenNoLedgerHasThePartitionFailed(
      PartitionState found, String answer) {
    failed();
    Long ended = f.progress(A).getEndedAt();

    f.tally(oneFailed().setOrderedAt(retryOne()).setOrderedState(found));
    f.tick(200);

    assertThat(f.decision().getAccepted()).isFalse();
    assertThat(f.decision().getAnswer()).isEqualTo(answer);
    assertThat(f.progress(A).getState()).hasToString("FAILED");
    assertThat(f.progress(A).getEndedAt()).isEqualTo(ended);
    assertThat(f.progress(A).getRetryAsked()).isNull();
    f.restart();
    f.tick(200);
    assertThat(f.decisions()).hasSize(1);
  }

  @Test
  void shouldEndAgainWhenThePartitionFailedAgainBeforeItsLedgerWasHeard() {
    failed();
    Long ended = f.progress(A).getEndedAt();

    f.tally(oneFailed().setOrderedAt(retryOne()).setOrderedState(PartitionState.FAILED));
    f.tick(200);

    assertThat(f.decision().getAccepted()).isTrue();
    assertThat(f.progress(A).getState()).hasToString("FAILED");
    assertThat(f.progress(A).getEndedAt()).isGreaterThan(ended);
  }

  @Test
  void shouldWaitForTheAnswerOfEveryLedger() {
    failed();
    f.tally(f.tally(A).setQueue(1));

    long at = retryOne();
    f.tally(f.tally(A).setQueue(1).setOrderedAt(at));
    f.tick(200);
    assertThat(f.decisions()).isEmpty();

    f.tally(oneFailed().setOrderedAt(at).setOrderedState(PartitionState.CANCELLED));
    f.tick(200);
    assertThat(f.decision().getAnswer()).startsWith("a/000001 is CANCELLED");
  }

  @Test
  void shouldDecideOnOneRetryOfAPartitionAfterTheOther() {
    failed();
    retryOne();
    f.commandAgain(A, CommandType.RETRY, ONE);
    assertThat(f.decisions()).as("the same command is answered once").isEmpty();
    assertThat(f.orders()).hasSize(2);

    String undecided = "no: a retry of it is not decided yet; ask again in a moment";
    assertThat(answer(CommandType.RETRY, "partition", "a/000002")).isEqualTo(undecided);
    assertThat(answer(CommandType.RETRY)).isEqualTo(undecided);
    assertThat(answer(CommandType.ARCHIVE)).isEqualTo(undecided);
    assertThat(f.orders()).hasSize(2);
  }

  @Test
  void shouldRefuseAPartitionOfAnotherBackfillAtOnce() {
    failed();

    assertThat(answer(CommandType.RETRY, "partition", "b/000001"))
        .isEqualTo("no: b/000001 is no partition of a");
  }

  @Test
  void shouldWaitForApprovalWhenThePlanDemandsIt() {
    f.plan(A, PlanState.SEALED, false, p -> p.setApproval(true));
    assertThat(f.progress(A).getState()).hasToString("WAITING");
    assertThat(f.progress(A).getReason()).isEqualTo("waits for approval: tidemark approve a");
    f.plan("b");
    assertThat(f.progress("b").getState()).as("it takes no place").hasToString("RUNNING");
    f.command("b", CommandType.PAUSE);

    assertThat(answer(CommandType.APPROVE)).startsWith("yes: it starts");

    assertThat(f.progress(A).getState()).hasToString("RUNNING");
    f.restart();
    f.tick(200);
    assertThat(f.progress(A).getState()).hasToString("RUNNING");
  }

  @Test
  void shouldDropAllThatIsKnownOfAnArchivedBackfill() {
    f.plan(A);
    f.tally(f.completed(A));
    f.tick(200);

    f.command(A, CommandType.ARCHIVE);
    f.tick(200);
    assertThat(f.progress(A).getReason()).startsWith("being archived by ops");

    f.forgets(A, 0);
    f.tick(200);
    assertThat(f.progress(A)).isNull();
    assertThat(f.directive(A)).as("workers may meet its descriptors").isEqualTo("FORGET");
  }

  private void archived() {
    f.plan(A);
    f.tally(f.completed(A));
    f.tick(200);
    f.command(A, CommandType.ARCHIVE);
    f.forgets(A, 0);
    f.tick(200);
    assertThat(f.progress(A)).isNull();
  }

  @Test
  void shouldBeginAnewWhenAnArchivedBackfillIsPlannedAgain() {
    archived();
    f.plan("b");
    f.restart();

    f.plan(A);
    assertThat(f.directive(A)).as("nothing of the archived one is left").isEqualTo("HOLD");
    assertThat(f.progress(A).getState()).hasToString("WAITING");
    assertThat(f.progress(A).getReason()).isEqualTo("waits for one of 1 places");

    f.tally(f.completed("b"));
    f.tick(200);
    assertThat(f.directive(A)).isEqualTo("RUN");
    f.tally(f.completed(A));
    f.tick(200);
    assertThat(f.progress(A).getState()).hasToString("COMPLETED");
    f.command(A, CommandType.ARCHIVE);
    assertThat(f.decision().getAccepted()).as("as often as one likes").isTrue();
  }

  @Test
  void shouldTellTheDescriptorsOfAnArchivedBackfillByTheirTimeWhateverThePlannersClockSays() {
    long ahead = f.now() + 3_600_000;
    f.plan(A, PlanState.SEALED, false, p -> p.setCreatedAt(ahead));
    assertThat(f.directed(A).getAt()).isEqualTo(ahead);
    f.tally(oneFailed());
    f.tick(200);
    f.command(A, CommandType.RETRY);
    long retried = f.orders().getFirst().getAt();
    assertThat(retried).as("plannedAt of the next round").isGreaterThanOrEqualTo(ahead);
    assertThat(f.decision().getAt()).as("is about this plan").isEqualTo(ahead);
    f.tally(f.completed(A).setOrderedAt(retried));
    f.tick(200);

    f.command(A, CommandType.ARCHIVE);

    assertThat(f.decision().getAt()).isEqualTo(ahead);
    assertThat(f.directed(A).getRunState()).hasToString("FORGET");
    assertThat(f.directed(A).getAt()).isGreaterThan(retried);
  }

  @Test
  void shouldDropThePlanOfAPlannerThatDidNotHearOfTheArchive() {
    archived();
    long forgotten = f.directed(A).getAt();
    f.orders().clear();

    f.plan(A, PlanState.PLANNING, false, p -> p.setCreatedAt(forgotten));
    f.tick(200);

    assertThat(f.orders())
        .as("what it dealt is forgotten, too")
        .hasSize(2)
        .allMatch(o -> o.getKind() == OrderKind.FORGET && o.getAt() == forgotten);
    assertThat(f.planned(A)).isFalse();
    assertThat(f.progress(A)).isNull();
    assertThat(f.directive(A)).isEqualTo("FORGET");
  }

  @Test
  void shouldRunTheMoreImportantFirst() {
    f.plan("first");
    f.plan("second");
    f.plan("third", PlanState.SEALED, false, p -> p.setPriority(9));

    f.tally(f.completed("first"));
    f.tick(200);

    assertThat(f.progress("third").getState()).hasToString("RUNNING");
    assertThat(f.progress("second").getState()).hasToString("WAITING");
  }

  @Test
  void shouldHoldWhatIsOutsideItsWindow() {
    // The fixture's time begins at 00:16:40 UTC on a Thursday.
    f.plan(A, PlanState.SEALED, false, p -> p.setWindow("Thu 00:00-00:30"));
    assertThat(f.progress(A).getState()).hasToString("RUNNING");

    f.tick(900_000);

    assertThat(f.progress(A).getState()).hasToString("WAITING");
    assertThat(f.progress(A).getReason())
        .isEqualTo("is outside its window Thu 00:00-00:30, which opens at 1970-01-08T00:00:00Z");
    assertThat(f.directive(A)).isEqualTo("HOLD");
  }
}
