package io.tidemark.cli.doctor;

import io.tidemark.core.retry.TaskException;
import io.tidemark.planner.app.Planner;
import io.tidemark.planner.flow.DryRun;
import io.tidemark.schemas.avro.FailureKind;
import io.tidemark.schemas.spec.Spec;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What a spec names: secrets, source, sink, the rights there, and whether it can be cut. */
final class SpecChecks {

  private static final Set<FailureKind> AWAY =
      EnumSet.of(FailureKind.TRANSIENT, FailureKind.OVERLOAD, FailureKind.UNAVAILABLE);

  private SpecChecks() {}

  /** Touches nothing. */
  static List<Finding> look(Spec spec, int queues) {
    try {
      Planner.check(spec);
    } catch (TaskException e) {
      return List.of(failure("source and sink", e));
    }
    Finding reached =
        Finding.ok("source and sink", "reached with the rights needed, and they fit each other");
    try {
      DryRun run = Planner.dryRun(spec, queues);
      return List.of(
          reached,
          Finding.ok(
              "cut",
              String.format(
                  Locale.ROOT,
                  "%s: %,d partitions, about %,d rows",
                  run.backfill(),
                  run.partitions(),
                  run.rowsEstimated())));
    } catch (TaskException e) {
      return List.of(reached, failure("cut", e));
    }
  }

  private static Finding failure(String check, TaskException e) {
    return AWAY.contains(e.kind())
        ? Finding.unreachable(
            check, e.getMessage(), "check address and network, and that it runs there")
        : Finding.failed(
            check, e.getMessage(), "mend what the message names, in the spec or there");
  }
}
