package io.tidemark.core.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.core.coordinator.Shares.Claimant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** A budget is divided by what each wants and is worth. */
class SharesTest {

  private static final double ALL = Double.POSITIVE_INFINITY;
  private static final Long ONLY = Long.getLong("tidemark.seed");
  private static final int ROUNDS = 20_000;

  private static Claimant wants(String id, double weight, double wants) {
    return new Claimant(id, weight, wants, ALL);
  }

  @Test
  void shouldFillTheSmallestFirst() {
    assertThat(
            Shares.divide(
                100,
                List.of(
                    new Claimant("small", 1, ALL, 10),
                    wants("light", 1, ALL),
                    wants("heavy", 2, ALL))))
        .isEqualTo(Map.of("small", 10.0, "light", 30.0, "heavy", 60.0));
  }

  @Test
  void shouldGiveWhatOneDoesNotWantToTheOthers() {
    assertThat(Shares.divide(100, List.of(wants("a", 1, 20), wants("b", 1, ALL))))
        .isEqualTo(Map.of("a", 20.0, "b", 80.0));
  }

  @Test
  void shouldDealOutWhatNobodyWants() {
    assertThat(Shares.divide(100, List.of(wants("a", 1, 20), wants("b", 1, 40))))
        .isEqualTo(Map.of("a", 40.0, "b", 60.0));
  }

  @Test
  void shouldLeaveSomethingToOneThatWantsNothing() {
    assertThat(Shares.divide(100, List.of(wants("a", 1, 0), wants("b", 1, ALL))))
        .isEqualTo(Map.of("a", 5.0, "b", 95.0));
  }

  @Test
  void shouldBeFairWithinTheBudgetAndLeaveNothingUnused() {
    long seed = ONLY == null ? System.nanoTime() : ONLY;
    System.out.println("seed: replay it with -Dtidemark.seed=" + seed);
    SplittableRandom random = new SplittableRandom(seed);
    for (int round = 0; round < ROUNDS; round++) {
      double budget = Math.exp(random.nextDouble(0, 14));
      List<Claimant> claimants = new ArrayList<>();
      for (int i = random.nextInt(1, 9); i > 0; i--) {
        claimants.add(
            new Claimant(
                "c" + i,
                random.nextInt(1, 11),
                any(random, budget),
                Math.max(1, any(random, budget))));
      }

      Map<String, Double> parts = Shares.divide(budget, claimants);

      holds(budget, claimants, parts, "seed " + seed + ", round " + round);
    }
  }

  private static double any(SplittableRandom random, double budget) {
    return switch (random.nextInt(4)) {
      case 0 -> 0;
      case 1 -> ALL;
      default -> budget * random.nextDouble(0, 2);
    };
  }

  private static void holds(
      double budget, List<Claimant> claimants, Map<String, Double> parts, String where) {
    double close = 1e-9 * budget;
    double weights = claimants.stream().mapToDouble(Claimant::weight).sum();
    double usable = claimants.stream().mapToDouble(Claimant::most).sum();
    double sum = parts.values().stream().mapToDouble(Double::doubleValue).sum();
    assertThat(parts).as(where).hasSameSizeAs(claimants);
    assertThat(sum).as(where).isBetween(Math.min(budget, usable) - close, budget + close);
    for (Claimant c : claimants) {
      double part = parts.get(c.id());
      double wanted = Math.min(c.wants(), c.most());
      double fair = budget * c.weight() / weights;
      assertThat(part).as(where).isBetween(Math.min(wanted, fair) - close, c.most() + close);
      assertThat(part).as(where).isGreaterThanOrEqualTo(Math.min(c.most(), 0.1 * fair) - close);
      if (part < wanted - close) {
        for (Claimant other : claimants) {
          assertThat(parts.get(other.id()) / other.weight())
              .as("%s: %s goes short, %s has more than it", where, c, other)
              .isLessThanOrEqualTo(part / c.weight() + close);
        }
      }
    }
  }
}
