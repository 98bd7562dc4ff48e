package io.tidemark.reconciler.status;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.BadRequestResponse;
import io.javalin.http.Context;
import io.tidemark.core.plan.PartitionIds;
import io.tidemark.reconciler.flow.Causes;
import io.tidemark.reconciler.flow.DeadLetters;
import io.tidemark.reconciler.flow.Queries;
import io.tidemark.schemas.avro.LedgerEntry;
import io.tidemark.schemas.avro.PartitionState;
import io.tidemark.schemas.avro.Progress;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** {@code /api/v1/backfills/{id}/…}: what the ledger holds of the partitions of a backfill. */
final class LedgerApi {

  private static final int DEFAULT_LIMIT = 100;
  private static final int MAX_LIMIT = 1_000;
  private static final int DEFAULT_CELLS = 10_000;
  private static final int MAX_CELLS = 20_000;
  private static final List<PartitionState> STATES =
      Arrays.stream(PartitionState.values()).filter(s -> s != PartitionState.UNKNOWN).toList();

  private final Queries queries;
  private final DeadLetters letters;

  LedgerApi(Queries queries, DeadLetters letters) {
    this.queries = queries;
    this.letters = letters;
  }

  /** {@code GET …/partitions?state=&after=&limit=}: a page, by partition id. */
  void partitions(Context ctx) {
    BackfillApi.only(ctx, Set.of("state", "after", "limit"));
    Optional<PartitionState> state = state(ctx);
    Optional<String> after = after(ctx);
    int limit = BackfillApi.limit(ctx, DEFAULT_LIMIT, MAX_LIMIT);
    Queries.Page page = queries.partitions(backfill(ctx), state, after, limit);
    ObjectNode node = Json.object();
    ArrayNode partitions = node.putArray("partitions");
    page.entries().forEach(e -> partitions.add(row(e)));
    BackfillApi.answer(ctx, node.put("next", page.next().orElse(null)));
  }

  /** An entry; of its files, which may be thousands, only the number. */
  private static ObjectNode row(LedgerEntry entry) {
    return Json.of(LedgerEntry.newBuilder(entry).setFiles(List.of()).build())
        .put("files", entry.getFiles().size());
  }

  /** {@code GET …/cells?after=&limit=}: a page in as few bytes as a grid of many needs. */
  void cells(Context ctx) {
    BackfillApi.only(ctx, Set.of("after", "limit"));
    Optional<String> after = after(ctx);
    int limit = BackfillApi.limit(ctx, DEFAULT_CELLS, MAX_CELLS);
    Progress backfill = backfill(ctx);
    Queries.Page page = queries.outline(backfill, after, limit);
    ObjectNode node = Json.object();
    ArrayNode states = node.putArray("states");
    STATES.forEach(s -> states.add(s.name()));
    ArrayNode cells = node.putArray("cells");
    int prefix = PartitionIds.start(backfill.getBackfillId()).length();
    for (LedgerEntry e : page.entries()) {
      ArrayNode cell = cells.addArray();
      cell.add(e.getDescriptor().getPartitionId().substring(prefix));
      cell.add(STATES.indexOf(e.getState()));
      duration(e).ifPresentOrElse(cell::add, cell::addNull);
      cell.add(e.getRows());
      cell.add(e.getAttempt());
    }
    BackfillApi.answer(ctx, node.put("next", page.next().orElse(null)));
  }

  /** From the first claim to the end, or to the last report, milliseconds. */
  private static Optional<Long> duration(LedgerEntry e) {
    return Optional.ofNullable(e.getStartedAt())
        .map(
            start ->
                Math.max(0, Optional.ofNullable(e.getEndedAt()).orElse(e.getUpdatedAt()) - start));
  }

  /** {@code GET …/failures}: failed partitions and rows that were set aside, by cause. */
  void failures(Context ctx) throws InterruptedException {
    BackfillApi.only(ctx, Set.of());
    Progress backfill = backfill(ctx);
    Causes partitions = new Causes();
    queries.eachOutline(
        backfill,
        Set.of(PartitionState.FAILED, PartitionState.RETRYING),
        e -> {
          if (e.getError() != null) {
            partitions.add(
                e.getDescriptor().getPartitionId(),
                e.getError(),
                e.getState() == PartitionState.FAILED);
          }
        });
    ObjectNode node = Json.object();
    ArrayNode groups = node.putArray("groups");
    for (Causes.Group g : partitions.groups()) {
      groups
          .addObject()
          .put("kind", g.kind().name())
          .put("code", g.code())
          .put("message", g.message())
          .put("partitions", g.count())
          .put("failed", g.failed())
          .put("example", g.example());
    }
    ArrayNode rows = node.putArray("dead_letters");
    for (Causes.Group g : rowsSetAside(backfill).groups()) {
      rows.addObject()
          .put("reason", g.message())
          .put("count", g.count())
          .put("example", g.example());
    }
    BackfillApi.answer(ctx, node);
  }

  private Causes rowsSetAside(Progress backfill) throws InterruptedException {
    Causes rows = new Causes();
    if (backfill.getDeadLetters() == 0) {
      return rows;
    }
    Map<String, Long> counts = new HashMap<>();
    queries.eachOutline(
        backfill,
        Set.of(),
        e -> {
          if (e.getDeadLetters() > 0) {
            counts.put(e.getDescriptor().getPartitionId(), e.getDeadLetters());
          }
        });
    Set<String> seen = new HashSet<>();
    letters.each(
        backfill,
        l -> {
          // What lies above the count was found in an attempt that a crash undid.
          if (l.getNumber() < counts.getOrDefault(l.getPartitionId(), 0L)
              && seen.add(l.getPartitionId() + "#" + l.getNumber())) {
            rows.add(l.getPartitionId(), l.getError(), true);
          }
        });
    return rows;
  }

  private Progress backfill(Context ctx) {
    return BackfillApi.existing(queries, ctx.pathParam("id")).progress();
  }

  private static Optional<PartitionState> state(Context ctx) {
    return Optional.ofNullable(ctx.queryParam("state"))
        .map(
            text ->
                STATES.stream()
                    .filter(s -> s.name().equals(text.toUpperCase(Locale.ROOT)))
                    .findFirst()
                    .orElseThrow(
                        () -> new BadRequestResponse("state '" + text + "' is none of " + STATES)));
  }

  private static Optional<String> after(Context ctx) {
    String backfill = ctx.pathParam("id");
    Optional<String> after = Optional.ofNullable(ctx.queryParam("after"));
    after
        .filter(id -> !id.startsWith(PartitionIds.start(backfill)))
        .ifPresent(
            id -> {
              throw new BadRequestResponse(
                  "after '"
                      + id
                      + "' is no partition of "
                      + backfill
                      + "; use the value of 'next' of the page before");
            });
    return after;
  }
}
