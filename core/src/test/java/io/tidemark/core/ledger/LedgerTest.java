package io.tidemark.core.ledger;

import static io.tidemark.core.ledger.LedgerSamples.claim;
import static io.tidemark.core.ledger.LedgerSamples.descriptor;
import static io.tidemark.core.ledger.LedgerSamples.planned;
import static io.tidemark.core.ledger.LedgerSamples.report;
import static io.tidemark.schemas.avro.PartitionState.CANCELLED;
import static io.tidemark.schemas.avro.PartitionState.COMPLETED;
import static io.tidemark.schemas.avro.PartitionState.FAILED;
import static io.tidemark.schemas.avro.PartitionState.PENDING;
import static io.tidemark.schemas.avro.PartitionState.RETRYING;
import static io.tidemark.schemas.avro.PartitionState.RUNNING;
import static io.tidemark.schemas.avro.PartitionState.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.tidemark.core.ledger.Finding.Kind;
import io.tidemark.core.ledger.LedgerEvent.Planned;
import io.tidemark.core.ledger.LedgerEvent.Reported;
import io.tidemark.schemas.avro.Checkpoint;
import io.tidemark.schemas.avro.Digest;
import io.tidemark.schemas.avro.LedgerEntry;
import io.tidemark.schemas.avro.PartitionState;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The rules as a table: what the ledger held, what came, what it holds then. */
class LedgerTest {

  /** Given events, when one more, then: state, round, fence, rows, claims. */
  static Stream<Arguments> accepted() {
    return Stream.of(
        // A partition is known from whichever of the two topics speaks first.
        arguments("planned", List.of(), planned(0), PENDING, 0, -1, 0, 0),
        arguments("claimed before planned is seen", List.of(), claim(0, 5, 0), RUNNING, 0, 5, 0, 1),
        arguments("planned again", List.of(planned(0)), planned(0), PENDING, 0, -1, 0, 0),
        arguments("planned after claim", List.of(claim(0, 5, 0)), planned(0), RUNNING, 0, 5, 0, 1),
        // The claim's own offset is the fence.
        arguments("claim", List.of(planned(0)), claim(0, 5, 0), RUNNING, 0, 5, 0, 1),
        arguments("progress", running(), report(0, RUNNING, 5, 40), RUNNING, 0, 5, 40, 1),
        arguments("retrying", running(), report(0, RETRYING, 5, 40), RETRYING, 0, 5, 40, 1),
        arguments("released", running(), report(0, PENDING, 5, 40), PENDING, 0, 5, 40, 1),
        arguments("completed", running(), report(0, COMPLETED, 5, 100), COMPLETED, 0, 5, 100, 1),
        arguments("failed", running(), report(0, FAILED, 5, 40), FAILED, 0, 5, 40, 1),
        arguments("cancelled", running(), report(0, CANCELLED, 5, 40), CANCELLED, 0, 5, 40, 1),
        arguments(
            "cancelled before any claim: its last word is its claim",
            List.of(planned(0)),
            report(0, CANCELLED, true, -1, 0, 5),
            CANCELLED,
            0,
            5,
            0,
            1),
        arguments("taken over", running(), claim(0, 9, 30), RUNNING, 0, 9, 30, 2),
        arguments(
            "the same report again", done(), report(0, COMPLETED, 5, 100), COMPLETED, 0, 5, 100, 1),
        // Only a retry leaves a terminal state, and only one that did not end well.
        arguments("retry of a failed one", failed(), planned(1), PENDING, 1, 5, 40, 0),
        arguments(
            "claim of round 1",
            with(failed(), planned(1)),
            claim(1, 12, 40),
            RUNNING,
            1,
            12,
            40,
            1),
        arguments(
            "claim of round 1 before its descriptor",
            failed(),
            claim(1, 12, 40),
            RUNNING,
            1,
            12,
            40,
            1),
        arguments(
            "the old round's descriptor late",
            with(failed(), claim(1, 12, 40)),
            planned(0),
            RUNNING,
            1,
            12,
            40,
            1),
        arguments(
            "the new round's descriptor late",
            with(failed(), claim(1, 12, 40)),
            planned(1),
            RUNNING,
            1,
            12,
            40,
            1));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("accepted")
  void shouldHoldWhatWasReportedWhenTheRulesAllowIt(
      String name,
      List<LedgerEvent> given,
      LedgerEvent when,
      PartitionState state,
      int round,
      long fence,
      long rows,
      int claims) {
    LedgerEntry before = replay(given);

    Ledger.Applied after = Ledger.apply(before, when);

    assertThat(after.finding()).isEmpty();
    LedgerEntry entry = after.entry();
    assertThat(entry.getState()).isEqualTo(state);
    assertThat(entry.getDescriptor().getRound()).isEqualTo(round);
    assertThat(entry.getFence()).isEqualTo(fence);
    assertThat(entry.getRows()).isEqualTo(rows);
    assertThat(entry.getClaims()).isEqualTo(claims);
  }

  static Stream<Arguments> refused() {
    return Stream.of(
        arguments(with(running(), claim(0, 9, 0)), report(0, RUNNING, 5, 40), Kind.STALE_FENCE),
        arguments(with(running(), claim(0, 9, 0)), report(0, COMPLETED, 5, 100), Kind.STALE_FENCE),
        arguments(with(failed(), planned(1)), report(0, RUNNING, 5, 50), Kind.STALE_ROUND),
        arguments(
            with(running(), report(0, RUNNING, 5, 40)), report(0, RUNNING, 5, 30), Kind.WENT_BACK),
        arguments(with(running(), report(0, RUNNING, 5, 40)), claim(0, 9, 30), Kind.WENT_BACK),
        arguments(done(), report(0, RUNNING, 5, 100), Kind.TERMINAL_CHANGED),
        arguments(done(), report(0, FAILED, 5, 100), Kind.TERMINAL_CHANGED),
        arguments(done(), report(0, COMPLETED, 5, 110), Kind.TERMINAL_CHANGED),
        arguments(done(), claim(0, 9, 100), Kind.TERMINAL_CHANGED),
        arguments(failed(), report(0, RUNNING, 5, 50), Kind.TERMINAL_CHANGED),
        arguments(List.of(planned(0)), new Planned(descriptor(0, 0, 99)), Kind.REPLANNED),
        arguments(running(), planned(1), Kind.ILLEGAL_ROUND),
        arguments(done(), planned(1), Kind.ILLEGAL_ROUND),
        arguments(running(), report(0, UNKNOWN, 5, 40), Kind.INVALID),
        arguments(running(), new Planned(descriptor(1, 50, 50)), Kind.INVALID),
        arguments(running(), new Planned(descriptor(1, 60, 50)), Kind.INVALID),
        arguments(List.of(planned(0)), report(0, RUNNING, -1, 40), Kind.INVALID),
        arguments(running(), report(0, RUNNING, false, 50, 40, 8), Kind.INVALID),
        arguments(running(), report(0, RUNNING, false, 8, 40, 8), Kind.INVALID));
  }

  @ParameterizedTest
  @MethodSource("refused")
  void shouldKeepTheEntryAndNameTheDriftWhenARuleIsBroken(
      List<LedgerEvent> given, LedgerEvent when, Kind kind) {
    LedgerEntry before = replay(given);

    Ledger.Applied after = Ledger.apply(before, when);

    assertThat(after.entry()).isSameAs(before);
    assertThat(after.finding()).hasValueSatisfying(f -> assertThat(f.kind()).isEqualTo(kind));
    assertThat(after.finding().orElseThrow().partition()).isEqualTo(LedgerSamples.PARTITION);
  }

  @Test
  void shouldRemainUnknownWhenTheFirstRecordMakesNoSense() {
    Ledger.Applied after = Ledger.apply(null, report(0, UNKNOWN, 5, 40));

    assertThat(after.entry()).isNull();
    assertThat(after.finding())
        .hasValueSatisfying(f -> assertThat(f.kind()).isEqualTo(Kind.INVALID));
  }

  @Test
  void shouldFollowTheOwnerWhenASplitShrinksTheSlice() {
    LedgerEntry before = replay(running());
    Checkpoint shrunk =
        Checkpoint.newBuilder(report(0, RUNNING, 5, 40).checkpoint())
            .setDescriptor(descriptor(0, 0, 60))
            .build();

    LedgerEntry after = Ledger.apply(before, new Reported(shrunk, 8)).entry();

    assertThat(after.getDescriptor()).isEqualTo(descriptor(0, 0, 60));
    assertThat(Ledger.apply(after, planned(0)).entry()).isSameAs(after);
  }

  @Test
  void shouldPassOverTheEndOfAnEarlierRoundThatIsSaidAgain() {
    LedgerEntry retried = replay(with(failed(), planned(1)));

    Ledger.Applied again = Ledger.apply(retried, report(0, FAILED, 5, 50));

    assertThat(again.entry()).isSameAs(retried);
    assertThat(again.finding()).isEmpty();
  }

  /** Cancelled before anybody claimed it, said twice by a worker that did not hear the answer. */
  @Test
  void shouldTakeAnEndThatIsItsOwnClaimTwice() {
    LedgerEntry once = replay(List.of(planned(0), report(0, CANCELLED, true, -1, 0, 7)));

    Ledger.Applied twice = Ledger.apply(once, report(0, CANCELLED, true, -1, 0, 9));

    assertThat(twice.entry()).isSameAs(once);
    assertThat(twice.finding()).isEmpty();
  }

  @Test
  void shouldRefuseTheSameEndWithAnotherDigestWhenItIsRepeated() {
    LedgerEntry before = replay(done());
    Checkpoint other =
        Checkpoint.newBuilder(report(0, COMPLETED, 5, 100).checkpoint())
            .setDigest(new Digest("avro", 100L, 1L))
            .build();

    assertThat(Ledger.apply(before, new Reported(other, 8)).finding())
        .hasValueSatisfying(f -> assertThat(f.kind()).isEqualTo(Kind.TERMINAL_CHANGED));
  }

  @Test
  void shouldSetTimesWhenAPartitionStartsAndEnds() {
    LedgerEntry running = replay(running());
    LedgerEntry done = replay(done());
    LedgerEntry again = Ledger.apply(replay(failed()), planned(1)).entry();

    assertThat(running.getStartedAt()).isEqualTo(2_000);
    assertThat(running.getEndedAt()).isNull();
    assertThat(done.getEndedAt()).isEqualTo(3_006);
    assertThat(again.getStartedAt()).isNull();
    assertThat(again.getEndedAt()).isNull();
  }

  private static List<LedgerEvent> running() {
    return List.of(planned(0), claim(0, 5, 0));
  }

  private static List<LedgerEvent> done() {
    return with(running(), report(0, COMPLETED, 5, 100));
  }

  private static List<LedgerEvent> failed() {
    return with(running(), report(0, FAILED, 5, 40));
  }

  private static List<LedgerEvent> with(List<LedgerEvent> events, LedgerEvent more) {
    return Stream.concat(events.stream(), Stream.of(more)).toList();
  }

  private static LedgerEntry replay(List<LedgerEvent> events) {
    LedgerEntry entry = null;
    for (LedgerEvent e : events) {
      entry = Ledger.apply(entry, e).entry();
    }
    return entry;
  }
}
