package io.tidemark.core.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The real cores in a simulated world. {@code -Dsim.seeds=N} runs more seeds, {@code -Dsim.first=N}
 * other ones, {@code -Dsim.seed=N} replays one and prints its trace.
 */
final class SimulationTest {

  private static final long SEEDS = Long.getLong("sim.seeds", 2_000);
  private static final long FIRST = Long.getLong("sim.first", 0);
  private static final Long ONLY = Long.getLong("sim.seed");

  /** Seeds within which every planted bug must be found. */
  private static final int ENOUGH = 500;

  /** Lines of a failed seed's trace that a report shows. */
  private static final int TAIL = 150;

  /** Violations after which there is no need for more. */
  private static final int MOST_REPORTS = 3;

  @Test
  void shouldKeepEveryInvariantWhenThingsGoWrong() {
    if (ONLY != null) {
      Simulation.Outcome outcome = Simulation.run(ONLY, Mutation.NONE, true);
      outcome.trace().forEach(System.out::println);
      if (outcome.violation() != null) {
        fail(report(outcome), outcome.violation());
      }
      return;
    }
    long events = 0;
    long simulatedMs = 0;
    int violations = 0;
    Map<Faults.Kind, Integer> faults = new EnumMap<>(Faults.Kind.class);
    StringBuilder reports = new StringBuilder();
    for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
      Simulation.Outcome outcome = Simulation.run(seed, Mutation.NONE, false);
      if (outcome.violation() != null && violations++ < MOST_REPORTS) {
        reports.append(report(outcome));
      }
      events += outcome.events();
      simulatedMs += outcome.tookMs();
      outcome.faults().happened().forEach((kind, n) -> faults.merge(kind, n, Integer::sum));
    }
    System.out.printf(
        "simulated %,d s from seed %d; faults: %s%n", simulatedMs / 1000, FIRST, faults);
    System.out.printf(
        "simulation: %d seeds, %d events, %d violations%n", SEEDS, events, violations);
    assertThat(violations).as(reports.toString()).isZero();
  }

  /** The shortest story of the same violation that can be found, told to its end. */
  private static String report(Simulation.Outcome failed) {
    Faults.Omitted omitted = Shrinker.shrink(failed, Mutation.NONE);
    Simulation.Outcome shortest = Simulation.run(failed.seed(), Mutation.NONE, true, omitted);
    List<String> trace = shortest.trace();
    return """
        seed %d breaks %s: %s
        replay it with -Dsim.seed=%d; of its %d faults and %s it takes %s and %s:
        %s
        """
        .formatted(
            failed.seed(),
            failed.violation().invariant(),
            failed.violation().getMessage(),
            failed.seed(),
            failed.faults().planned().size(),
            failed.faults().conditions(),
            shortest.faults().planned(),
            shortest.faults().conditions(),
            String.join("\n", trace.subList(Math.max(0, trace.size() - TAIL), trace.size())));
  }

  @Test
  void shouldTellTheSameStoryWhenASeedIsReplayed() {
    for (long seed = FIRST; seed < FIRST + 5; seed++) {
      Simulation.Outcome first = Simulation.run(seed, Mutation.NONE, true);

      Simulation.Outcome again = Simulation.run(seed, Mutation.NONE, true);

      assertThat(again.trace()).isEqualTo(first.trace());
      assertThat(again.story()).isEqualTo(first.story());
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void shouldFindTheMutationWhenOneIsPlanted(Mutation mutation) {
    for (long seed = 0; seed < ENOUGH; seed++) {
      Violation found = Simulation.run(seed, mutation, false).violation();
      if (found != null) {
        System.out.printf("%s: found by seed %d, breaks %s%n", mutation, seed, found.invariant());
        assertThat(found.invariant()).as(found.getMessage()).isIn(brokenBy(mutation));
        return;
      }
    }
    fail("none of %d seeds finds %s".formatted(ENOUGH, mutation));
  }

  @Test
  void shouldShrinkAStoryToTheFaultsThatItTakes() {
    Mutation mutation = Mutation.RECONCILER_FORGETS_TALLIES;
    for (long seed = 0; seed < ENOUGH; seed++) {
      Simulation.Outcome failed = Simulation.run(seed, mutation, false);
      if (failed.violation() != null && failed.faults().planned().size() > 5) {
        Faults.Omitted omitted = Shrinker.shrink(failed, mutation);

        Simulation.Outcome shortest = Simulation.run(seed, mutation, false, omitted);
        assertThat(shortest.violation().invariant()).isEqualTo(failed.violation().invariant());
        assertThat(shortest.faults().planned())
            .extracting(Faults.Planned::kind)
            .contains(Faults.Kind.RECONCILER_RESTART)
            .hasSizeLessThanOrEqualTo(3);
        return;
      }
    }
    fail("no seed has a story to shrink");
  }

  private static Set<Invariant> brokenBy(Mutation mutation) {
    return switch (mutation) {
      case NONE -> EnumSet.noneOf(Invariant.class);
      case SINK_DOES_NOT_CHECK_FENCES -> EnumSet.of(Invariant.I3_FENCES_ONLY_GROW);
      // What nobody ends takes its rows a second time, or blocks its successor for ever.
      case SINK_OPEN_KEEPS_FORMER_TRANSACTION ->
          EnumSet.of(Invariant.I2_A_ROW_BELONGS_TO_ONE_COMMITTED_CHUNK, Invariant.LIVENESS);
      // Going on before the sink's own cursor takes rows twice, and takes the cursor back.
      case LANE_RESUMES_FROM_CHECKPOINT ->
          EnumSet.of(
              Invariant.I2_A_ROW_BELONGS_TO_ONE_COMMITTED_CHUNK,
              Invariant.I4_CURSORS_NEVER_MOVE_BACK);
      case LANE_COMBINES_HASHES_BY_XOR -> EnumSet.of(Invariant.I5_SUMS_AGREE);
      case LANE_IGNORES_STOP -> EnumSet.of(Invariant.I8_HELD_BACKFILLS_START_NO_CHUNK);
      case LANE_PASSES_BEFORE_THE_LETTER -> EnumSet.of(Invariant.I9_NO_PARTITION_IS_DROPPED);
      case SHELL_COMMITS_OFFSETS_FIRST ->
          EnumSet.of(Invariant.I7_OFFSETS_NEVER_PASS_WHAT_IS_NOT_TERMINAL);
      // What a new owner missed, or an old one adds, may be a fence, a cursor, an end or an offset.
      case SHELL_RECOVERS_WITHOUT_WAITING,
          SHELL_READS_TO_STABLE_END,
          GROUP_ACCEPTS_OLD_GENERATIONS ->
          EnumSet.of(
              Invariant.I3_FENCES_ONLY_GROW,
              Invariant.I4_CURSORS_NEVER_MOVE_BACK,
              Invariant.I6_TERMINAL_STATES_NEVER_CHANGE,
              Invariant.I7_OFFSETS_NEVER_PASS_WHAT_IS_NOT_TERMINAL);
      // The rows that the cursor passed are not there.
      case SINK_WRITES_CURSOR_OUTSIDE_TRANSACTION ->
          EnumSet.of(Invariant.I4_CURSORS_NEVER_MOVE_BACK, Invariant.I5_SUMS_AGREE);
      case LOG_LOSES_TERMINAL_CHECKPOINTS -> EnumSet.of(Invariant.I6_TERMINAL_STATES_NEVER_CHANGE);
      // Two planners deal the same partition to different queues, and so to two workers.
      case PLANNER_IS_NOT_FENCED ->
          EnumSet.of(
              Invariant.I1_BOUNDARIES_COVER_THE_PLAN,
              Invariant.I3_FENCES_ONLY_GROW,
              Invariant.I6_TERMINAL_STATES_NEVER_CHANGE);
      case PLANNER_SEALS_BEFORE_THE_LAST_BATCH ->
          EnumSet.of(
              Invariant.I1_BOUNDARIES_COVER_THE_PLAN,
              Invariant.I5_SUMS_AGREE,
              Invariant.I9_NO_PARTITION_IS_DROPPED,
              Invariant.LIVENESS);
      case MANIFEST_NAMES_WHAT_WAS_STAGED ->
          EnumSet.of(
              Invariant.I2_A_ROW_BELONGS_TO_ONE_COMMITTED_CHUNK,
              Invariant.I10_RESTARTS_CHANGE_NOTHING);
      case RECONCILER_FORGETS_TALLIES -> EnumSet.of(Invariant.I5_SUMS_AGREE);
    };
  }
}
