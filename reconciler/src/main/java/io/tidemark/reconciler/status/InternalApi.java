package io.tidemark.reconciler.status;

import io.javalin.http.BadRequestResponse;
import io.javalin.http.Context;
import io.javalin.http.NotFoundResponse;
import io.tidemark.reconciler.flow.LedgerQuery;
import io.tidemark.reconciler.flow.Replies;
import io.tidemark.schemas.avro.PartitionState;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * {@code /internal/v1}: what reconcilers ask each other. Answers from this instance alone. The form
 * of the answers may change with every release.
 */
final class InternalApi {

  private static final String BYTES = "application/octet-stream";
  private static final int MAX_LIMIT = 1_000;

  private final Replies replies;

  InternalApi(Replies replies) {
    this.replies = replies;
  }

  /** {@code GET /internal/v1/stores/{store}}: entries of a store of the coordinator. */
  void store(Context ctx) {
    BackfillApi.only(ctx, Set.of("from", "to", "limit", "copies"));
    try {
      ctx.result(
              replies.single(
                  ctx.pathParam("store"),
                  Optional.ofNullable(ctx.queryParam("from")),
                  Optional.ofNullable(ctx.queryParam("to")),
                  limit(ctx),
                  BackfillApi.flag(ctx, "copies").orElse(false)))
          .contentType(BYTES);
    } catch (IllegalArgumentException e) {
      throw new NotFoundResponse(e.getMessage());
    }
  }

  /** {@code GET /internal/v1/ledger/{domain}}: entries of some queues. */
  void ledger(Context ctx) {
    BackfillApi.only(
        ctx, Set.of("backfill", "after", "states", "lean", "queues", "limit", "copies"));
    LedgerQuery query =
        new LedgerQuery(
            ctx.pathParam("domain"),
            required(ctx, "backfill"),
            Optional.ofNullable(ctx.queryParam("after")),
            each(
                Optional.ofNullable(ctx.queryParam("states")).orElse(""),
                "states",
                PartitionState::valueOf),
            BackfillApi.flag(ctx, "lean").orElse(false));
    ctx.result(
            replies.ledger(
                query,
                each(required(ctx, "queues"), "queues", Integer::valueOf),
                limit(ctx),
                BackfillApi.flag(ctx, "copies").orElse(false)))
        .contentType(BYTES);
  }

  private static int limit(Context ctx) {
    return BackfillApi.limit(ctx, MAX_LIMIT, MAX_LIMIT);
  }

  private static String required(Context ctx, String name) {
    String value = ctx.queryParam(name);
    if (value == null || value.isEmpty()) {
      throw new BadRequestResponse("query parameter '" + name + "' is missing");
    }
    return value;
  }

  private static <T> Set<T> each(String text, String name, Function<String, T> parsed) {
    Set<T> all = new TreeSet<>();
    try {
      Arrays.stream(text.split(",")).filter(t -> !t.isEmpty()).map(parsed).forEach(all::add);
    } catch (IllegalArgumentException e) {
      throw new BadRequestResponse(name + " '" + text + "' cannot be read");
    }
    return all;
  }
}
