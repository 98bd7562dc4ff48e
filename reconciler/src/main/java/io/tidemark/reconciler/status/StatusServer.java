package io.tidemark.reconciler.status;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.Header;
import io.javalin.http.HttpResponseException;
import io.tidemark.reconciler.flow.NotHereException;
import java.util.List;
import java.util.Set;
import org.eclipse.jetty.server.Server;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The HTTP side of a reconciler: dashboard, API, health, metrics. */
public final class StatusServer implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(StatusServer.class);

  /** Seconds after which a caller shall ask again for what is being moved. */
  private static final String RETRY_AFTER = "1";

  private final Javalin javalin;
  private final EventFeed events;
  private final Listener listener;

  private StatusServer(Javalin javalin, EventFeed events, Listener listener) {
    this.events = events;
    this.javalin = javalin;
    this.listener = listener;
  }

  /**
   * Starts to answer.
   *
   * @param listener is closed together with the server
   */
  public static StatusServer start(Listener listener, ServerSettings settings, Services services) {
    Gate gate =
        new Gate(
            new Access(
                settings.tokens(),
                Set.of(Access.name(settings.instance())),
                settings.maxBodyBytes()));
    EventFeed events = EventFeed.start(services.queries(), services.news());
    List<Route> routes = Routes.of(settings, services, events);
    Javalin javalin =
        Javalin.create(
            config -> {
              configure(config);
              config.jetty.addConnector(listener::connector);
              config.jetty.modifyServer(StatusServer::bound);
              config.routes.before(gate::check);
              routes.forEach(r -> config.routes.addHttpHandler(r.method(), r.path(), r.handler()));
              errors(config.routes, routes);
            });
    return new StatusServer(javalin.start(), events, listener);
  }

  private static void configure(JavalinConfig config) {
    config.startup.showJavalinBanner = false;
    config.startup.showOldJavalinVersionWarning = false;
    config.startup.startupWatcherEnabled = false;
    config.concurrency.useVirtualThreads = true;
    config.http.prefer405over404 = true;
  }

  private static void bound(Server server) {
    server.setErrorHandler(new JettyErrors());
  }

  private static void errors(RoutesConfig errors, List<Route> routes) {
    errors.exception(
        HttpResponseException.class,
        (e, ctx) -> {
          if (e.getStatus() == 503) {
            ctx.header(Header.RETRY_AFTER, RETRY_AFTER);
          }
          Problem.answer(ctx, e.getStatus(), detail(e, ctx, routes));
        });
    errors.exception(
        NotHereException.class,
        (e, ctx) -> {
          ctx.header(Header.RETRY_AFTER, RETRY_AFTER);
          Problem.answer(ctx, 503, e.getMessage());
        });
    errors.exception(
        Exception.class,
        (e, ctx) -> {
          LOG.error("{} {} failed", ctx.method(), Refusals.harmless(ctx.path()), e);
          Problem.answer(ctx, 500, "an error in the reconciler; its log has the cause");
        });
  }

  private static String detail(HttpResponseException e, Context ctx, List<Route> routes) {
    return switch (e.getStatus()) {
      case 405 -> "this address takes only " + Routes.methods(routes, ctx.path());
      default -> e.getMessage();
    };
  }

  /** Port that it answers on. */
  public int port() {
    return listener.port();
  }

  @Override
  public void close() {
    events.close();
    javalin.stop();
    listener.close();
  }
}
