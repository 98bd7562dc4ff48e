package io.tidemark.connectors.iceberg;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.iceberg.CatalogProperties;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.NoSuchNamespaceException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.inmemory.InMemoryCatalog;
import org.apache.iceberg.rest.CatalogHandlers;
import org.apache.iceberg.rest.RESTCatalogProperties.SnapshotMode;
import org.apache.iceberg.rest.RESTSerializers;
import org.apache.iceberg.rest.requests.CreateNamespaceRequest;
import org.apache.iceberg.rest.requests.CreateTableRequest;
import org.apache.iceberg.rest.requests.UpdateTableRequest;
import org.apache.iceberg.rest.responses.ConfigResponse;
import org.apache.iceberg.rest.responses.ErrorResponse;
import org.apache.iceberg.rest.responses.ErrorResponseParser;

/**
 * A catalog that speaks Iceberg's REST protocol, by Iceberg's own handlers, on a port of this
 * machine. It wants a token, and can lose its replies to commits.
 */
final class RestServer implements AutoCloseable {

  static final String TOKEN = "t0ken";

  private final InMemoryCatalog catalog = new InMemoryCatalog();
  private final ObjectMapper json = new ObjectMapper();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpServer server;
  private final AtomicBoolean lose = new AtomicBoolean();

  RestServer(String warehouse) throws IOException {
    json.setVisibility(PropertyAccessor.FIELD, JsonAutoDetect.Visibility.ANY);
    json.configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, false);
    json.setPropertyNamingStrategy(PropertyNamingStrategies.KEBAB_CASE);
    RESTSerializers.registerAll(json);
    catalog.initialize("rest", Map.of(CatalogProperties.WAREHOUSE_LOCATION, warehouse));
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  String uri() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** Loses the reply to the next commit, which is done. */
  void loseReply() {
    lose.set(true);
  }

  /** Whether that happened. */
  boolean replyIsLost() {
    return !lose.get();
  }

  private void handle(HttpExchange call) throws IOException {
    try (call) {
      int code = 200;
      String body;
      try {
        String token = call.getRequestHeaders().getFirst("Authorization");
        if (!("Bearer " + TOKEN).equals(token)) {
          code = 401;
          body = error(401, "NotAuthorizedException", "no such token");
        } else {
          Object answer = answer(call);
          body = answer == null ? "" : json.writeValueAsString(answer);
          code = answer == null ? 204 : 200;
        }
      } catch (NoSuchTableException | NoSuchNamespaceException e) {
        code = 404;
        body = error(code, e.getClass().getSimpleName(), e.getMessage());
      } catch (AlreadyExistsException | CommitFailedException e) {
        code = 409;
        body = error(code, e.getClass().getSimpleName(), e.getMessage());
      } catch (LostException e) {
        code = 504;
        body = error(code, "GatewayTimeout", e.getMessage());
      }
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      boolean none = bytes.length == 0 || call.getRequestMethod().equals("HEAD");
      call.getResponseHeaders().set("Content-Type", "application/json");
      call.sendResponseHeaders(code, none ? -1 : bytes.length);
      if (!none) {
        call.getResponseBody().write(bytes);
      }
    }
  }

  private static String error(int code, String type, String message) {
    return ErrorResponseParser.toJson(
        ErrorResponse.builder().responseCode(code).withType(type).withMessage(message).build());
  }

  private static final class LostException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    LostException() {
      super("no answer in time");
    }
  }

  /** Null: nothing to say. */
  private Object answer(HttpExchange call) throws IOException {
    String[] path = call.getRequestURI().getPath().split("/", -1);
    String what = call.getRequestMethod() + " " + (path.length - 1);
    Namespace namespace = path.length > 3 ? Namespace.of(path[3]) : Namespace.empty();
    if (path[2].equals("config")) {
      return ConfigResponse.builder().build();
    }
    return switch (what) {
      case "POST 2" ->
          CatalogHandlers.createNamespace(catalog, read(call, CreateNamespaceRequest.class));
      case "GET 3" -> CatalogHandlers.loadNamespace(catalog, namespace);
      case "HEAD 3" -> {
        CatalogHandlers.namespaceExists(catalog, namespace);
        yield null;
      }
      case "GET 4" -> CatalogHandlers.listTables(catalog, namespace);
      case "POST 4" ->
          CatalogHandlers.createTable(catalog, namespace, read(call, CreateTableRequest.class));
      case "GET 5" ->
          CatalogHandlers.loadTable(
              catalog, TableIdentifier.of(namespace, path[5]), SnapshotMode.ALL);
      case "POST 5" -> {
        Object done =
            CatalogHandlers.updateTable(
                catalog,
                TableIdentifier.of(namespace, path[5]),
                read(call, UpdateTableRequest.class));
        if (lose.getAndSet(false)) {
          throw new LostException();
        }
        yield done;
      }
      // Metrics of scans and commits.
      case "POST 6" -> null;
      default -> throw new IOException("not served: " + what);
    };
  }

  private <T> T read(HttpExchange call, Class<T> type) throws IOException {
    return json.readValue(call.getRequestBody(), type);
  }

  @Override
  public void close() throws IOException {
    server.stop(0);
    threads.shutdownNow();
    catalog.close();
  }
}
