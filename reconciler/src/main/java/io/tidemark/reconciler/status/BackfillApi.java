package io.tidemark.reconciler.status;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.BadRequestResponse;
import io.javalin.http.Context;
import io.javalin.http.NotFoundResponse;
import io.tidemark.core.plan.PartitionIds;
import io.tidemark.reconciler.flow.MalformedRecord;
import io.tidemark.reconciler.flow.MalformedRecords;
import io.tidemark.reconciler.flow.Queries;
import io.tidemark.schemas.avro.LedgerEntry;
import io.tidemark.schemas.avro.PartitionState;
import io.tidemark.schemas.avro.Plan;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * {@code /api/v1}: what is known of backfills, their partitions, and workers. No answer holds a
 * spec: it may name hosts, users and files that are nobody's business.
 */
final class BackfillApi {

  private static final int DEFAULT_LIMIT = 100;
  private static final int MAX_LIMIT = 1_000;
  private static final List<PartitionState> STATES =
      Arrays.stream(PartitionState.values()).filter(s -> s != PartitionState.UNKNOWN).toList();

  private final Queries queries;
  private final MalformedRecords malformed;

  BackfillApi(Queries queries, MalformedRecords malformed) {
    this.queries = queries;
    this.malformed = malformed;
  }

  /** {@code GET /backfills}: progress of each, newest first. */
  void backfills(Context ctx) {
    only(ctx, Set.of());
    answer(ctx, Json.object().set("backfills", Json.array(queries.backfills())));
  }

  /** {@code GET /backfills/{id}}: progress, and what was planned and directed. */
  void backfill(Context ctx) {
    only(ctx, Set.of());
    Queries.Backfill b = existing(ctx.pathParam("id"));
    ObjectNode node = Json.of(b.progress());
    Plan plan = b.plan();
    node.putObject("plan")
        .put("fingerprint", plan.getFingerprint())
        .put("queues", plan.getQueues())
        .put("partitions", plan.getPartitions())
        .put("rows_estimated", plan.getRowsEstimated())
        .put("sink_finish", plan.getSinkFinish())
        .put("sealed_at", plan.getSealedAt());
    node.set("directive", b.directive().<JsonNode>map(Json::of).orElse(null));
    answer(ctx, node);
  }

  /** {@code GET /backfills/{id}/partitions?state=&after=&limit=}: a page, by partition id. */
  void partitions(Context ctx) {
    only(ctx, Set.of("state", "after", "limit"));
    Queries.Backfill b = existing(ctx.pathParam("id"));
    Queries.Page page =
        queries.partitions(
            b.progress(), state(ctx), after(ctx, b.progress().getBackfillId()), limit(ctx));
    ObjectNode node = Json.object();
    ArrayNode partitions = node.putArray("partitions");
    page.entries().forEach(e -> partitions.add(row(e)));
    answer(ctx, node.put("next", page.next().orElse(null)));
  }

  /** An entry; of its files, which may be thousands, only the number. */
  private static ObjectNode row(LedgerEntry entry) {
    return Json.of(LedgerEntry.newBuilder(entry).setFiles(List.of()).build())
        .put("files", entry.getFiles().size());
  }

  /** {@code GET /workers}: the newest heartbeat of each. */
  void workers(Context ctx) {
    only(ctx, Set.of());
    answer(ctx, Json.object().set("workers", Json.array(queries.workers())));
  }

  /** {@code GET /malformed-records}: how many were passed over since the start, and the newest. */
  void malformed(Context ctx) {
    only(ctx, Set.of());
    ObjectNode node = Json.object().put("count", malformed.count());
    ArrayNode records = node.putArray("newest");
    for (MalformedRecord r : malformed.list()) {
      records
          .addObject()
          .put("topic", r.topic())
          .put("partition", r.partition())
          .put("offset", r.offset())
          .put("message", r.message())
          .put("at", r.at());
    }
    answer(ctx, node);
  }

  private Queries.Backfill existing(String id) {
    return queries
        .backfill(id)
        .orElseThrow(
            () ->
                new NotFoundResponse(
                    "there is no backfill '" + id + "'; GET /api/v1/backfills lists them"));
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

  private static Optional<String> after(Context ctx, String backfill) {
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

  private static int limit(Context ctx) {
    return limit(ctx, DEFAULT_LIMIT, MAX_LIMIT);
  }

  static int limit(Context ctx, int unset, int max) {
    String text = ctx.queryParam("limit");
    if (text == null) {
      return unset;
    }
    try {
      int limit = Integer.parseInt(text);
      if (limit >= 1 && limit <= max) {
        return limit;
      }
    } catch (NumberFormatException e) {
      throw badLimit(text, max, e);
    }
    throw badLimit(text, max, null);
  }

  private static BadRequestResponse badLimit(String text, int max, NumberFormatException cause) {
    BadRequestResponse bad =
        new BadRequestResponse("limit '" + text + "' is no whole number from 1 to " + max);
    bad.initCause(cause);
    return bad;
  }

  /** Refuses what would be ignored: a mistyped filter must not look like an answer. */
  static void only(Context ctx, Set<String> known) {
    for (String name : ctx.queryParamMap().keySet()) {
      if (!known.contains(name)) {
        throw new BadRequestResponse(
            "unknown query parameter '"
                + name
                + "'; "
                + (known.isEmpty()
                    ? "there are none here"
                    : "there are " + known.stream().sorted().toList()));
      }
      if (ctx.queryParams(name).size() > 1) {
        throw new BadRequestResponse("query parameter '" + name + "' is given more than once");
      }
    }
  }

  static void answer(Context ctx, JsonNode body) {
    ctx.result(Json.bytes(body)).contentType("application/json");
  }
}
