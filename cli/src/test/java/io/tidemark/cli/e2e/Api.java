package io.tidemark.cli.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;

/** The HTTP API of one reconciler process. */
final class Api implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
  private final String base;

  /** Of a process that has said where it is. */
  Api(Proc reconciler) {
    String line = reconciler.awaitLine("reconciler at ");
    base = line.substring(line.indexOf("http")) + "/api/v1/";
  }

  /**
   * An answer.
   *
   * @param status of HTTP; 0: there was none in time
   */
  record Answer(int status, JsonNode body) {

    boolean ok() {
      return status == 200;
    }
  }

  Answer get(String path) throws InterruptedException {
    return send(request(path).GET());
  }

  /** Sends a command and waits for what becomes of it, as the API does. */
  Answer command(String backfill, String type, Map<String, String> arguments)
      throws InterruptedException {
    ObjectNode body = JsonNodeFactory.instance.objectNode().put("type", type).put("why", "a test");
    arguments.forEach(body.putObject("arguments")::put);
    return send(
        request("backfills/" + backfill + "/commands")
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body.toString())));
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(base + path)).timeout(Duration.ofSeconds(15));
  }

  private Answer send(HttpRequest.Builder request) throws InterruptedException {
    try {
      HttpResponse<String> response =
          http.send(request.build(), HttpResponse.BodyHandlers.ofString());
      return new Answer(response.statusCode(), JSON.readTree(response.body()));
    } catch (IOException e) {
      return new Answer(0, JsonNodeFactory.instance.textNode(e.toString()));
    }
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
