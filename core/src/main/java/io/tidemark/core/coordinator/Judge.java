package io.tidemark.core.coordinator;

import io.tidemark.schemas.avro.Alert;
import io.tidemark.schemas.avro.BackfillState;
import io.tidemark.schemas.avro.Plan;
import io.tidemark.schemas.avro.Pressure;
import io.tidemark.schemas.avro.Progress;
import io.tidemark.schemas.avro.RunState;
import io.tidemark.schemas.avro.Severity;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What somebody on call should know of a backfill, and what to do about it. Says each time
 * everything that is so now; {@link OpenAlerts} makes alerts of what is new or over.
 */
final class Judge {

  /** Kinds of alerts that it raises, and that are over when it says them no more. */
  static final Set<String> KINDS =
      Set.of(
          "paused",
          "failed",
          "drift",
          "dead-letters",
          "no-workers",
          "held",
          "stall",
          "stuck",
          "skew");

  private static final long STUCK_MS = 60_000;

  /** A partition that needs so many times what the rest needs on its lanes is skewed. */
  private static final double SKEW = 3;

  private static final long LEAST_SKEW_MS = 60_000;

  /** More than this share of failed partitions, and something is wrong with all of them. */
  private static final double FAILING = 0.1;

  private static final long HELD_MS = 300_000;

  private Judge() {}

  /**
   * A backfill as it is.
   *
   * @param directed what workers were told; null: nothing yet
   * @param spent how much of its patience each running partition has spent, by id
   * @param stillMs for how long nothing of it moved although it may run, milliseconds
   * @param alive workers of its domain
   */
  record Case(
      Plan plan,
      Progress progress,
      RunState directed,
      List<Fleet.Running> running,
      Map<String, Double> spent,
      List<Pressure> pressures,
      long stillMs,
      int alive) {

    boolean mayRun() {
      return progress.getState() == BackfillState.RUNNING && directed == RunState.RUN;
    }
  }

  /** Everything that is worth an alert now. */
  static List<Alert> of(Case c, CoordinatorSettings settings, long now) {
    List<Alert> all = new ArrayList<>();
    counted(c, now, all);
    if (c.mayRun()) {
      moving(c, now, all);
    }
    Long paused = c.progress().getPausedAt();
    if (paused != null && now - paused > settings.pausedAlertMs()) {
      all.add(
          alert(
              c,
              null,
              "paused",
              Severity.WARNING,
              "is paused since " + hours(now - paused) + " (" + c.progress().getReason() + ")",
              "tidemark resume %s, or tidemark cancel %s".formatted(id(c), id(c)),
              now));
    }
    return all;
  }

  /** What does not pass by itself. */
  private static void counted(Case c, long now, List<Alert> all) {
    Progress p = c.progress();
    if (p.getFailed() > 0) {
      boolean many = p.getFailed() > FAILING * p.getPartitions();
      all.add(
          alert(
              c,
              null,
              "failed",
              many ? Severity.CRITICAL : Severity.WARNING,
              p.getFailed() + " of " + p.getPartitions() + " partitions failed",
              "tidemark status %s names the causes; mend them, then tidemark retry %s --failed"
                  .formatted(id(c), id(c)),
              now));
    }
    if (p.getDrift() > 0) {
      all.add(
          alert(
              c,
              null,
              "drift",
              Severity.CRITICAL,
              p.getDrift()
                  + " disagreements between plan, checkpoints and ledger: "
                  + p.getLastDrift(),
              "The ledger refused them, nothing was applied. See the runbook 'drift' before anything else is done",
              now));
    }
    if (p.getDeadLetters() > 0) {
      all.add(
          alert(
              c,
              null,
              "dead-letters",
              Severity.WARNING,
              p.getDeadLetters() + " rows were set aside",
              "tidemark dead-letters %s lists them with the reasons".formatted(id(c)),
              now));
    }
  }

  private static void moving(Case c, long now, List<Alert> all) {
    if (c.alive() == 0) {
      if (c.stillMs() < Fleet.SILENT_MS) {
        return; // they may be starting
      }
      all.add(
          alert(
              c,
              null,
              "no-workers",
              Severity.CRITICAL,
              "no worker of domain " + c.plan().getDomain() + " is heard",
              "start workers: tidemark worker --domain " + c.plan().getDomain(),
              now));
      return;
    }
    if (c.stillMs() > HELD_MS && c.pressures().stream().anyMatch(p -> p.getFactor() == 0)) {
      all.add(
          alert(
              c,
              null,
              "held",
              Severity.WARNING,
              "has not moved for " + seconds(c.stillMs()) + ": " + c.progress().getSlowedBy(),
              "relieve what the probe watches; the backfill goes on by itself",
              now));
    }
    for (Fleet.Running r : c.running()) {
      if (c.spent().getOrDefault(r.partition().getPartitionId(), 0.0) >= 1) {
        all.add(
            alert(
                c,
                r.partition().getPartitionId(),
                "stall",
                Severity.WARNING,
                "has not moved for %s on %s%s"
                    .formatted(seconds(r.idleMs()), r.worker().getWorkerId(), unexplained(c, r)),
                ("look for locks and slow statements at source and sink, and at %s (process %d on %s);"
                        + " if it is stopped, end it: another worker goes on")
                    .formatted(r.worker().getWorkerId(), r.worker().getPid(), r.worker().getHost()),
                now));
      }
    }
    if (c.running().isEmpty() && c.progress().getRetrying() == 0 && c.stillMs() > STUCK_MS) {
      all.add(
          alert(
              c,
              null,
              "stuck",
              Severity.CRITICAL,
              c.progress().getPending() + " partitions wait, and no lane runs any",
              "workers' logs say what they wait for: secrets, queues of another domain, lanes of other backfills",
              now));
    }
    skew(c, now, all);
  }

  private static void skew(Case c, long now, List<Alert> all) {
    Progress p = c.progress();
    if (p.getCriticalMs() == null || p.getRowsPerS() <= 0) {
      return;
    }
    if (p.getRowsPerSLimit() != null && Pace.bound(p.getRowsPerS(), p.getRowsPerSLimit())) {
      return; // once it is alone, it has the whole limit
    }
    double rest = 1000.0 * Math.max(0, p.getRowsEstimated() - p.getRows()) / p.getRowsPerS();
    // Alone it is as fast as a lane usually is: what its worker's brake takes, all lanes lose.
    double alone = p.getCriticalMs() * factor(c, p.getCriticalPartition());
    if (alone > LEAST_SKEW_MS && alone > SKEW * rest) {
      all.add(
          alert(
              c,
              p.getCriticalPartition(),
              "skew",
              Severity.INFO,
              "needs %s more, all the rest needs %s"
                  .formatted(seconds(p.getCriticalMs()), seconds((long) rest)),
              "smaller partitions next time: partition.key.rows; this time the backfill ends when it does",
              now));
    }
  }

  private static double factor(Case c, String partition) {
    return c.running().stream()
        .filter(r -> r.partition().getPartitionId().equals(partition))
        .mapToDouble(Fleet.Running::factor)
        .findFirst()
        .orElse(1);
  }

  private static String unexplained(Case c, Fleet.Running r) {
    return r.factor() < 1
        ? ", though a probe only slows it down"
        : c.progress().getRowsPerSLimit() == null ? "" : ", longer than its limit explains";
  }

  private static Alert alert(
      Case c,
      String partition,
      String kind,
      Severity severity,
      String what,
      String todo,
      long now) {
    String about = partition == null ? id(c) : partition;
    return Alert.newBuilder()
        .setAlertId(kind + "/" + about)
        .setBackfillId(id(c))
        .setPartitionId(partition)
        .setKind(kind)
        .setSeverity(severity)
        .setMessage(about + " " + what)
        .setRemedy(todo)
        .setAt(now)
        .build();
  }

  private static String id(Case c) {
    return c.plan().getBackfillId();
  }

  private static String seconds(long ms) {
    return ms / 1000 + " s";
  }

  private static String hours(long ms) {
    return String.format(Locale.ROOT, "%.1f h", ms / 3_600_000.0);
  }
}
