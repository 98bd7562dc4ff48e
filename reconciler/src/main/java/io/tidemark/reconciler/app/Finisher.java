package io.tidemark.reconciler.app;

import io.tidemark.connectors.api.Manifest;
import io.tidemark.connectors.api.Sink;
import io.tidemark.core.retry.TaskException;
import io.tidemark.reconciler.flow.Commands;
import io.tidemark.reconciler.flow.NotHereException;
import io.tidemark.reconciler.flow.Queries;
import io.tidemark.schemas.avro.BackfillState;
import io.tidemark.schemas.avro.Command;
import io.tidemark.schemas.avro.CommandType;
import io.tidemark.schemas.avro.CommittedFile;
import io.tidemark.schemas.avro.PartitionState;
import io.tidemark.schemas.avro.Plan;
import io.tidemark.schemas.avro.Progress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Seals the sinks of backfills that are FINISHING: every partition is proved complete, and what is
 * left is to make the result readable (ADR 6). Reads the ledger, has the sink {@linkplain
 * Sink#finish finish}, and tells the coordinator. All of it is idempotent: after a crash, or if the
 * coordinator seems not to have heard, it is done again.
 *
 * <p>Acts only where the coordinator's task runs, and asks the other instances for their part of
 * the ledger. Used by one thread.
 */
final class Finisher {

  private static final Logger LOG = LoggerFactory.getLogger(Finisher.class);

  private static final long FIRST_DELAY_MS = 1_000;
  private static final long MAX_DELAY_MS = 60_000;

  /** How long the coordinator has to act on the news before the work is done again. */
  private static final long HEARD_MS = 10_000;

  /** Opens the sink that a plan names. */
  @FunctionalInterface
  interface SinkOpener {
    Sink open(Plan plan) throws TaskException;
  }

  private record Attempt(int failures, long notBefore) {}

  private final Queries here;
  private final Queries ledger;
  private final SinkOpener sinks;
  private final Commands commands;
  private final LongSupplier clockMs;
  private final Map<String, Attempt> attempts = new HashMap<>();

  /**
   * @param here what this instance's own task of the coordinator knows
   * @param ledger of all instances, and no copies: a sink is sealed by what was committed
   * @param clockMs milliseconds since the epoch
   */
  Finisher(
      Queries here, Queries ledger, SinkOpener sinks, Commands commands, LongSupplier clockMs) {
    this.here = here;
    this.ledger = ledger;
    this.sinks = sinks;
    this.commands = commands;
    this.clockMs = clockMs;
  }

  /** Looks once for backfills to finish, and finishes them; to be called again and again. */
  void run() throws InterruptedException {
    List<Progress> finishing;
    try {
      finishing =
          here.backfills().stream().filter(p -> p.getState() == BackfillState.FINISHING).toList();
    } catch (NotHereException e) {
      LOG.debug("nothing to finish here: {}", e.getMessage());
      return;
    }
    attempts.keySet().retainAll(finishing.stream().map(Progress::getBackfillId).toList());
    for (Progress p : finishing) {
      Attempt last = attempts.getOrDefault(p.getBackfillId(), new Attempt(0, 0));
      if (clockMs.getAsLong() >= last.notBefore()) {
        attempts.put(p.getBackfillId(), attempt(p, last.failures()));
      }
    }
  }

  private Attempt attempt(Progress p, int failures) throws InterruptedException {
    String id = p.getBackfillId();
    try {
      finish(p);
      LOG.info("backfill {}: the sink is sealed", id);
      return new Attempt(0, clockMs.getAsLong() + HEARD_MS);
    } catch (TaskException | RuntimeException e) {
      // Whatever a connector throws: the backfill stays FINISHING, and the others must not wait.
      long delay = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS << Math.min(failures, 10));
      LOG.error("backfill {}: the sink could not be sealed; next try in {} ms", id, delay, e);
      return new Attempt(failures + 1, clockMs.getAsLong() + delay);
    }
  }

  private void finish(Progress p) throws TaskException, InterruptedException {
    Plan plan = here.backfill(p.getBackfillId()).map(Queries.Backfill::plan).orElseThrow();
    Manifest manifest = manifest(p);
    try (Sink sink = sinks.open(plan)) {
      sink.finish(manifest);
    }
    commands.send(
        Command.newBuilder()
            // Another id each time: the coordinator may have heard the last one too early.
            .setCommandId(p.getBackfillId() + "/sink-finished/" + clockMs.getAsLong())
            .setBackfillId(p.getBackfillId())
            .setType(CommandType.SINK_FINISHED)
            .setWho("reconciler")
            .setWhy("")
            .setAt(clockMs.getAsLong())
            .build());
  }

  /**
   * What the ledger says was committed.
   *
   * @throws TaskException if it does not add up to the progress: sealing would make it official
   */
  private Manifest manifest(Progress p) throws TaskException {
    List<CommittedFile> files = new ArrayList<>();
    long[] rows = {0};
    ledger.eachPartition(
        p,
        entry -> {
          if (entry.getState() == PartitionState.COMPLETED) {
            rows[0] += entry.getRows();
            files.addAll(entry.getFiles());
          }
        });
    if (rows[0] != p.getRows()) {
      throw TaskException.fatal(
          "the ledger of "
              + p.getBackfillId()
              + " holds "
              + rows[0]
              + " rows in completed partitions, its progress says "
              + p.getRows());
    }
    files.sort(Comparator.comparing(CommittedFile::getPath));
    return new Manifest(p.getBackfillId(), p.getRows(), p.getDigest(), files);
  }
}
