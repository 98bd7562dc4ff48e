package io.tidemark.core.coordinator;

import io.tidemark.schemas.avro.BackfillState;
import io.tidemark.schemas.avro.RunState;
import io.tidemark.schemas.spec.ChangeWindow;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Who may run: those that are approved, within their window, and have a place. */
final class Admission {

  private Admission() {}

  /** Lets backfills run as far as the limit allows, and holds those whose window has closed. */
  static void look(
      Collection<Backfill> backfills, int maxRunning, long now, List<CoordinatorEffect> out) {
    backfills.stream()
        .filter(b -> b.state == BackfillState.RUNNING && !b.cancelling() && shut(b, now))
        .forEach(
            b -> {
              b.direct(RunState.HOLD, outside(b, now), now, out);
              b.to(BackfillState.WAITING, outside(b, now), now, out);
            });
    long running = backfills.stream().filter(Backfill::occupies).count();
    List<Backfill> waiting =
        backfills.stream()
            .filter(b -> b.state == BackfillState.WAITING && !b.cancelling())
            .sorted(
                Comparator.<Backfill>comparingInt(b -> -b.plan.getPriority())
                    .thenComparingLong(b -> b.plan.getCreatedAt()))
            .toList();
    for (Backfill b : waiting) {
      Optional<String> why = why(b, running >= maxRunning, maxRunning, now);
      if (why.isPresent()) {
        b.to(BackfillState.WAITING, why.get(), now, out);
      } else {
        running++;
        b.to(BackfillState.RUNNING, "", now, out);
        b.direct(RunState.RUN, "", now, out);
      }
    }
  }

  private static Optional<String> why(Backfill b, boolean full, int places, long now) {
    if (b.waitsForApproval()) {
      return Optional.of("waits for approval: tidemark approve " + b.id());
    }
    if (shut(b, now)) {
      return Optional.of(outside(b, now));
    }
    return full ? Optional.of("waits for one of " + places + " places") : Optional.empty();
  }

  private static boolean shut(Backfill b, long now) {
    return b.window().map(w -> !w.open(Instant.ofEpochMilli(now))).orElse(false);
  }

  private static String outside(Backfill b, long now) {
    ChangeWindow window = b.window().orElseThrow();
    return "is outside its window %s%s"
        .formatted(
            window,
            window
                .opensAfter(Instant.ofEpochMilli(now))
                .map(at -> ", which opens at " + at)
                .orElse(""));
  }
}
