package io.tidemark.reconciler.status;

import io.javalin.http.Context;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Every address that is answered; {@code openapi.json} describes each. */
final class Routes {

  private static final Pattern PARAMETER = Pattern.compile("\\{[^}]*}");
  private static final Pattern REST = Pattern.compile("<[^>]*>");

  private Routes() {}

  static List<Route> of(ServerSettings settings, Services services, EventFeed events) {
    BackfillApi api = new BackfillApi(services.queries(), services.malformed());
    LedgerApi ledger = new LedgerApi(services.queries(), services.deadLetters());
    CommandApi commands =
        new CommandApi(
            services.queries(), services.commands(), services.clockMs(), settings.maxBodyBytes());
    InternalApi internal = new InternalApi(services.replies());
    Assets assets = new Assets();
    return List.of(
        Route.get("/", assets::index),
        Route.get("/assets/<path>", assets::asset),
        Route.get("/openapi.json", new OpenApi()::answer),
        Route.get("/api/v1/session", ctx -> session(ctx, settings)),
        Route.get("/api/v1/backfills", api::backfills),
        Route.get("/api/v1/backfills/{id}", api::backfill),
        Route.get("/api/v1/backfills/{id}/partitions", ledger::partitions),
        Route.get("/api/v1/backfills/{id}/cells", ledger::cells),
        Route.get("/api/v1/backfills/{id}/failures", ledger::failures),
        Route.post("/api/v1/backfills/{id}/commands", commands::command),
        Route.get("/api/v1/decisions", api::decisions),
        Route.get("/api/v1/alerts", api::alerts),
        Route.get("/api/v1/events", events::listen),
        Route.get("/api/v1/workers", api::workers),
        Route.get("/api/v1/malformed-records", api::malformed),
        Route.get("/health/live", ctx -> health(ctx, services.health()::dead)),
        Route.get("/health/ready", ctx -> health(ctx, services.health()::unready)),
        Route.get("/metrics", ctx -> metrics(ctx, services.metrics())),
        Route.get("/internal/v1/stores/{store}", internal::store),
        Route.get("/internal/v1/ledger/{domain}", internal::ledger));
  }

  /** Methods that a path takes, for messages. */
  static String methods(List<Route> routes, String path) {
    return routes.stream()
        .filter(r -> pattern(r.path()).matcher(path).matches())
        .map(r -> r.method().name())
        .sorted()
        .collect(Collectors.joining(", "));
  }

  private static Pattern pattern(String path) {
    String one = PARAMETER.matcher(path).replaceAll("[^/]+");
    return Pattern.compile(REST.matcher(one).replaceAll(".+") + "/?");
  }

  private static void session(Context ctx, ServerSettings settings) {
    BackfillApi.only(ctx, Set.of());
    Session session = Gate.session(ctx);
    BackfillApi.answer(
        ctx,
        Json.object()
            .put("who", session.who())
            .put("role", session.role().word())
            .put("namespace", settings.namespace())
            .put("version", settings.version())
            .put("instance", settings.instance()));
  }

  private static void health(Context ctx, Supplier<Optional<String>> problem) {
    BackfillApi.only(ctx, Set.of());
    Optional<String> found = problem.get();
    if (found.isPresent()) {
      Problem.answer(ctx, 503, found.get());
    } else {
      BackfillApi.answer(ctx, Json.object().put("status", "up"));
    }
  }

  private static void metrics(Context ctx, ReconcilerMetrics metrics) {
    BackfillApi.only(ctx, Set.of());
    ctx.result(metrics.scrape()).contentType(ReconcilerMetrics.CONTENT_TYPE);
  }
}
