package io.tidemark.worker.status;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * A worker's HTTP side: metrics and health, for machines. It reads nothing of a request but method
 * and path, and answers nothing of anybody's data.
 */
public final class MetricsServer implements AutoCloseable {

  private static final String METRICS = "text/plain; version=0.0.4; charset=utf-8";
  private static final String JSON = "application/json";
  private static final String PROBLEM = "application/problem+json";

  private record Answer(int status, String type, String body) {

    /** A problem detail (RFC 9457); all texts are our own. */
    static Answer problem(int status, String title, String detail) {
      return new Answer(
          status,
          PROBLEM,
          "{\"type\":\"about:blank\",\"title\":\"%s\",\"status\":%d,\"detail\":\"%s\"}"
              .formatted(title, status, detail.replaceAll("[\"\\\\\\p{Cntrl}]", " ")));
    }
  }

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  private MetricsServer(HttpServer server) {
    this.server = server;
  }

  /**
   * Starts it.
   *
   * @param host address to listen on
   * @param port 0: any free one
   * @param metrics all metrics in Prometheus' text format
   * @throws IllegalStateException if it cannot listen there
   */
  public static MetricsServer start(
      String host, int port, Supplier<String> metrics, WorkerHealth health) {
    try {
      InetSocketAddress address = new InetSocketAddress(host, port);
      if (address.isUnresolved()) {
        throw new IOException("the host is not known");
      }
      MetricsServer started = new MetricsServer(HttpServer.create(address, 0));
      started.server.setExecutor(started.threads);
      started.server.createContext("/", exchange -> handle(exchange, metrics, health));
      started.server.start();
      return started;
    } catch (IOException e) {
      throw new IllegalStateException(
          "cannot serve metrics at %s:%d: %s; set other metrics.host and metrics.port, or -1 to serve none"
              .formatted(host, port, e.getMessage()),
          e);
    }
  }

  private static void handle(HttpExchange exchange, Supplier<String> metrics, WorkerHealth health)
      throws IOException {
    try (exchange) {
      Answer answer = answer(exchange, metrics, health);
      byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
      boolean head = exchange.getRequestMethod().equals("HEAD");
      exchange.getResponseHeaders().set("Content-Type", answer.type());
      exchange.getResponseHeaders().set("Cache-Control", "no-store");
      exchange.sendResponseHeaders(answer.status(), head ? -1 : body.length);
      if (!head) {
        exchange.getResponseBody().write(body);
      }
    }
  }

  private static Answer answer(
      HttpExchange exchange, Supplier<String> metrics, WorkerHealth health) {
    String method = exchange.getRequestMethod();
    if (!method.equals("GET") && !method.equals("HEAD")) {
      exchange.getResponseHeaders().set("Allow", "GET, HEAD");
      return Answer.problem(405, "Method Not Allowed", "this address is only to be read: use GET");
    }
    return switch (exchange.getRequestURI().getPath()) {
      case "/metrics" -> new Answer(200, METRICS, metrics.get());
      case "/health/live" -> health(health.dead());
      case "/health/ready" -> health(health.unready());
      default ->
          Answer.problem(
              404, "Not Found", "a worker answers at /metrics, /health/live and /health/ready");
    };
  }

  private static Answer health(Optional<String> problem) {
    return problem
        .map(why -> Answer.problem(503, "Service Unavailable", why))
        .orElseGet(() -> new Answer(200, JSON, "{\"status\":\"up\"}"));
  }

  /** Port that it answers on. */
  public int port() {
    return server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
