package io.tidemark.core.ledger;

import static io.tidemark.core.ledger.LedgerSamples.claim;
import static io.tidemark.core.ledger.LedgerSamples.planned;
import static io.tidemark.core.ledger.LedgerSamples.report;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.core.lifecycle.Lifecycle;
import io.tidemark.schemas.avro.Digest;
import io.tidemark.schemas.avro.LedgerEntry;
import io.tidemark.schemas.avro.PartitionState;
import io.tidemark.schemas.avro.Tally;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Random histories, zombies and nonsense included; replay one with -Dtidemark.seed=N. */
class LedgerReplayTest {

  static LongStream seeds() {
    Long one = Long.getLong("tidemark.seed");
    return one == null ? LongStream.range(0, 300) : LongStream.of(one);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void shouldKeepTheInvariantsAndReplayAlikeWhenAnythingIsReported(long seed) {
    List<LedgerEvent> events = history(new Random(seed));
    LedgerEntry entry = null;
    Tally tally = empty();
    for (LedgerEvent event : events) {
      LedgerEntry before = entry;
      entry = Ledger.apply(before, event).entry();
      if (before != null && !entry.equals(before)) {
        assertThat(entry.getFence()).as("I3").isGreaterThanOrEqualTo(before.getFence());
        assertThat(entry.getRows()).as("I4").isGreaterThanOrEqualTo(before.getRows());
        if (Lifecycle.terminal(before.getState())) {
          assertThat(entry.getDescriptor().getRound())
              .as("I6")
              .isGreaterThan(before.getDescriptor().getRound());
        }
      }
      if (!Objects.equals(entry, before)) {
        tally = Tallies.changed(tally, before, entry);
      }
    }

    assertThat(replay(events)).as("I10").isEqualTo(entry);
    assertThat(withoutTimes(tally))
        .as("I5: kept by difference, as if counted once at the end")
        .isEqualTo(withoutTimes(Tallies.changed(empty(), null, entry)));
  }

  private static LedgerEntry replay(List<LedgerEvent> events) {
    LedgerEntry entry = null;
    for (LedgerEvent e : events) {
      entry = Ledger.apply(entry, e).entry();
    }
    return entry;
  }

  private static List<LedgerEvent> history(Random random) {
    List<LedgerEvent> events = new ArrayList<>();
    events.add(random.nextBoolean() ? planned(0) : claim(0, 0, 0));
    PartitionState[] states = PartitionState.values();
    for (int i = 1; i < 60; i++) {
      int round = random.nextInt(3);
      events.add(
          switch (random.nextInt(5)) {
            case 0 -> planned(round);
            case 1 -> claim(round, i, random.nextInt(i + 1));
            default ->
                report(
                    round,
                    states[random.nextInt(states.length)],
                    false,
                    random.nextInt(-1, i + 1),
                    random.nextInt(i + 1),
                    i);
          });
    }
    return events;
  }

  private static Tally empty() {
    return Tallies.empty(LedgerSamples.BACKFILL, "default", 3);
  }

  /** Times only ever widen; an empty digest has no domain, whatever was added and taken away. */
  private static Tally withoutTimes(Tally t) {
    Digest d = t.getDigest();
    return Tally.newBuilder(t)
        .setDigest(new Digest(d.getRows() == 0 ? "" : d.getDomain(), d.getRows(), d.getSum()))
        .setStartedAt(null)
        .setUpdatedAt(0)
        .build();
  }
}
