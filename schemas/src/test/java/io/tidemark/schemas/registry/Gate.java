package io.tidemark.schemas.registry;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** What stands before a registry in practice: a proxy that ends TLS and asks for credentials. */
final class Gate implements AutoCloseable {

  private final HttpServer server;
  private final URI behind;
  private final HttpClient client = HttpClient.newHttpClient();
  private final List<String> asked = new CopyOnWriteArrayList<>();

  /** What {@code Authorization} must be; empty: nothing is asked for. */
  private volatile Optional<String> required = Optional.empty();

  /** Answered instead of the registry's answer, if it is set. */
  private volatile Optional<Integer> instead = Optional.empty();

  private Gate(HttpServer server, String behind) {
    this.server = server;
    this.behind = URI.create(behind);
    server.createContext("/", this::handle);
    server.start();
  }

  static Gate plain(String behind) throws IOException {
    return new Gate(HttpServer.create(anyPort(), 0), behind);
  }

  /**
   * @param keys a PKCS12 file
   */
  static Gate tls(String behind, Path keys, String password)
      throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(keys)) {
      store.load(in, password.toCharArray());
    }
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(store, password.toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    HttpsServer server = HttpsServer.create(anyPort(), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(context));
    return new Gate(server, behind);
  }

  private static InetSocketAddress anyPort() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  Gate requires(String authorization) {
    required = Optional.of(authorization);
    return this;
  }

  Gate answers(int status) {
    instead = Optional.of(status);
    return this;
  }

  /** Method and path of each question that came. */
  List<String> asked() {
    return asked;
  }

  /** Host, port and the registry's path. */
  String address() {
    return "127.0.0.1:" + server.getAddress().getPort() + behind.getPath();
  }

  private void handle(HttpExchange exchange) throws IOException {
    asked.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
    byte[] body = exchange.getRequestBody().readAllBytes();
    String given = exchange.getRequestHeaders().getFirst("Authorization");
    if (required.isPresent() && !required.get().equals(given)) {
      answer(exchange, 401, "{\"error_code\":401,\"message\":\"not with these\"}");
    } else if (instead.isPresent()) {
      answer(exchange, instead.get(), "<html>not now</html>");
    } else {
      HttpResponse<String> response = forward(exchange, body);
      answer(exchange, response.statusCode(), response.body());
    }
  }

  private HttpResponse<String> forward(HttpExchange exchange, byte[] body) {
    try {
      return client.send(
          HttpRequest.newBuilder(behind.resolve(exchange.getRequestURI().toString()))
              .header("Content-Type", "application/vnd.schemaregistry.v1+json")
              .method(
                  exchange.getRequestMethod(),
                  body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body))
              .build(),
          BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static void answer(HttpExchange exchange, int status, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
