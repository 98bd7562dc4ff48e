package io.tidemark.reconciler.status;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.BadRequestResponse;
import io.javalin.http.Context;
import io.javalin.http.NotFoundResponse;
import io.tidemark.reconciler.flow.MalformedRecord;
import io.tidemark.reconciler.flow.MalformedRecords;
import io.tidemark.reconciler.flow.Queries;
import io.tidemark.schemas.avro.Alert;
import io.tidemark.schemas.avro.Decision;
import io.tidemark.schemas.avro.Plan;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * {@code /api/v1}: what is known of backfills and workers. No answer holds a spec: it may name
 * hosts, users and files that are nobody's business. Of the source its key is told, which limits
 * are set by.
 */
final class BackfillApi {

  private static final int DEFAULT_LIMIT = 100;
  private static final int MAX_LIMIT = 1_000;
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
    Queries.Backfill b = existing(queries, ctx.pathParam("id"));
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

  /** {@code GET /alerts?backfill=&open=&limit=}: newest first. */
  void alerts(Context ctx) {
    only(ctx, Set.of("backfill", "open", "limit"));
    Optional<Boolean> open = flag(ctx, "open");
    int limit = limit(ctx, DEFAULT_LIMIT, MAX_LIMIT);
    List<Alert> alerts =
        queries.alerts(Optional.ofNullable(ctx.queryParam("backfill"))).stream()
            .filter(a -> open.isEmpty() || open.get() == (a.getResolvedAt() == null))
            .limit(limit)
            .toList();
    answer(ctx, Json.object().set("alerts", Json.array(alerts)));
  }

  /** {@code GET /decisions?backfill=&limit=}: what was asked, and what became of it. */
  void decisions(Context ctx) {
    only(ctx, Set.of("backfill", "limit"));
    int limit = limit(ctx, DEFAULT_LIMIT, MAX_LIMIT);
    List<Decision> decisions =
        queries.decisions(Optional.ofNullable(ctx.queryParam("backfill"))).stream()
            .limit(limit)
            .toList();
    answer(ctx, Json.object().set("decisions", Json.array(decisions)));
  }

  static Optional<Boolean> flag(Context ctx, String name) {
    String text = ctx.queryParam(name);
    if (text != null && !text.equals("true") && !text.equals("false")) {
      throw new BadRequestResponse(name + " '" + text + "' is neither true nor false");
    }
    return Optional.ofNullable(text).map("true"::equals);
  }

  /** A backfill that there is; else the answer is 404. */
  static Queries.Backfill existing(Queries queries, String id) {
    return queries
        .backfill(id)
        .orElseThrow(
            () ->
                new NotFoundResponse(
                    "there is no backfill '" + id + "'; GET /api/v1/backfills lists them"));
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
