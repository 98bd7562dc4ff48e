package io.tidemark.core.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The real cores in a simulated world. {@code -Dsim.seeds=N} runs more seeds, {@code -Dsim.first=N}
 * other ones, {@code -Dsim.seed=N} replays one and prints its trace.
 */
final class SimulationTest {

  private static final int SEEDS = Integer.getInteger("sim.seeds", 300);
  private static final int FIRST = Integer.getInteger("sim.first", 0);
  private static final Integer ONLY = Integer.getInteger("sim.seed");

  /** Lines of a failed seed's trace that a report shows. */
  private static final int TAIL = 150;

  @Test
  void shouldKeepEveryInvariantWhenThingsGoWrong() {
    if (ONLY != null) {
      Simulation.Outcome outcome = Simulation.run(ONLY, Mutation.NONE, true);
      outcome.trace().forEach(System.out::println);
      assertThat(outcome.violation()).isNull();
      return;
    }
    long events = 0;
    long simulatedMs = 0;
    for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
      Simulation.Outcome outcome = Simulation.run(seed, Mutation.NONE, false);
      if (outcome.violation() != null) {
        fail(report(seed), outcome.violation());
      }
      events += outcome.events();
      simulatedMs += outcome.tookMs();
    }
    System.out.printf(
        "simulation: %,d seeds from %d, %,d events, %,d s simulated, no violation%n",
        SEEDS, FIRST, events, simulatedMs / 1000);
  }

  private static String report(long seed) {
    List<String> trace = Simulation.run(seed, Mutation.NONE, true).trace();
    List<String> tail = trace.subList(Math.max(0, trace.size() - TAIL), trace.size());
    return "seed "
        + seed
        + " breaks an invariant; replay it with -Dsim.seed="
        + seed
        + "\n"
        + String.join("\n", tail);
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
    for (long seed = 0; seed < 300; seed++) {
      Violation found = Simulation.run(seed, mutation, false).violation();
      if (found != null) {
        assertThat(found.invariant()).isIn(brokenBy(mutation));
        return;
      }
    }
    fail("none of 300 seeds finds " + mutation);
  }

  private static Set<Invariant> brokenBy(Mutation mutation) {
    return switch (mutation) {
      case NONE -> EnumSet.noneOf(Invariant.class);
      case SINK_DOES_NOT_CHECK_FENCES -> EnumSet.of(Invariant.I3_FENCES_ONLY_GROW);
      case SINK_OPEN_KEEPS_FORMER_TRANSACTION ->
          EnumSet.of(Invariant.I2_A_ROW_BELONGS_TO_ONE_COMMITTED_CHUNK);
      // Going on before the sink's own cursor takes rows twice, and takes the cursor back.
      case LANE_RESUMES_FROM_CHECKPOINT ->
          EnumSet.of(
              Invariant.I2_A_ROW_BELONGS_TO_ONE_COMMITTED_CHUNK,
              Invariant.I4_CURSORS_NEVER_MOVE_BACK);
      case LANE_COMBINES_HASHES_BY_XOR -> EnumSet.of(Invariant.I5_SUMS_AGREE);
      case LANE_IGNORES_STOP -> EnumSet.of(Invariant.I8_HELD_BACKFILLS_START_NO_CHUNK);
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
    };
  }
}
