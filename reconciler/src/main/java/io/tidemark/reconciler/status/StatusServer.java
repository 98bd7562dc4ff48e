package io.tidemark.reconciler.status;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.config.RoutesConfig;
import io.javalin.http.BadRequestResponse;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.tidemark.reconciler.flow.MalformedRecords;
import io.tidemark.reconciler.flow.NotHereException;
import io.tidemark.reconciler.flow.Queries;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The HTTP side of a reconciler: API, health, metrics. Reads only. */
public final class StatusServer implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(StatusServer.class);

  private final Javalin javalin;

  private StatusServer(Javalin javalin) {
    this.javalin = javalin;
  }

  /**
   * Starts to answer.
   *
   * @param port 0: any free one
   * @throws IllegalStateException if the address cannot be bound
   */
  public static StatusServer start(
      String host,
      int port,
      Queries queries,
      Health health,
      MalformedRecords malformed,
      ReconcilerMetrics metrics) {
    BackfillApi api = new BackfillApi(queries, malformed);
    Javalin javalin =
        Javalin.create(
            config -> {
              configure(config);
              routes(config.routes, api, health, metrics);
              errors(config.routes);
            });
    try {
      return new StatusServer(javalin.start(host, port));
    } catch (RuntimeException e) {
      throw new IllegalStateException(
          "cannot serve HTTP at " + host + ":" + port + ": " + root(e) + "; set another http.port",
          e);
    }
  }

  private static void configure(JavalinConfig config) {
    config.startup.showJavalinBanner = false;
    config.startup.showOldJavalinVersionWarning = false;
    config.startup.startupWatcherEnabled = false;
    config.concurrency.useVirtualThreads = true;
    config.http.prefer405over404 = true;
  }

  private static void routes(
      RoutesConfig routes, BackfillApi api, Health health, ReconcilerMetrics metrics) {
    routes.before(StatusServer::decodable);
    Assets assets = new Assets();
    routes.get("/", assets::index);
    routes.get("/assets/<path>", assets::asset);
    routes.get("/api/v1/backfills", api::backfills);
    routes.get("/api/v1/backfills/{id}", api::backfill);
    routes.get("/api/v1/backfills/{id}/partitions", api::partitions);
    routes.get("/api/v1/workers", api::workers);
    routes.get("/api/v1/malformed-records", api::malformed);
    routes.get("/health/live", ctx -> health(ctx, health::dead));
    routes.get("/health/ready", ctx -> health(ctx, health::unready));
    routes.get(
        "/metrics",
        ctx -> ctx.result(metrics.scrape()).contentType(ReconcilerMetrics.CONTENT_TYPE));
  }

  /**
   * Refuses a path that cannot be decoded. Jetty lets the non-standard form {@code %u0041} pass,
   * which then fails where the parameters of the path are read.
   */
  private static void decodable(Context ctx) {
    try {
      URLDecoder.decode(ctx.path(), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new BadRequestResponse("the path has a % that does not begin two hexadecimal digits");
    }
  }

  private static void health(Context ctx, Supplier<Optional<String>> problem) {
    BackfillApi.only(ctx, Set.of());
    Optional<String> found = problem.get();
    if (found.isPresent()) {
      Problem.answer(ctx, 503, found.get());
    } else {
      ctx.result(Json.bytes(Json.object().put("status", "up"))).contentType("application/json");
    }
  }

  private static void errors(RoutesConfig routes) {
    routes.exception(
        HttpResponseException.class, (e, ctx) -> Problem.answer(ctx, e.getStatus(), detail(e)));
    routes.exception(NotHereException.class, (e, ctx) -> Problem.answer(ctx, 503, e.getMessage()));
    routes.exception(
        Exception.class,
        (e, ctx) -> {
          LOG.error("{} {} failed", ctx.method(), ctx.path(), e);
          Problem.answer(ctx, 500, "an error in the reconciler; its log has the cause");
        });
  }

  private static String detail(HttpResponseException e) {
    return switch (e.getStatus()) {
      case 405 -> "this address is only to be read: use GET";
      default -> e.getMessage();
    };
  }

  private static Throwable root(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root;
  }

  /** Port that it answers on. */
  public int port() {
    return javalin.port();
  }

  @Override
  public void close() {
    javalin.stop();
  }
}
