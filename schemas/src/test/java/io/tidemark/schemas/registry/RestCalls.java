package io.tidemark.schemas.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.apache.avro.Schema;

/** The registry's API, as another program would use it. */
final class RestCalls {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient client = HttpClient.newHttpClient();
  private final String url;

  RestCalls(String url) {
    this.url = url;
  }

  String schema(Schema schema) {
    return JSON.createObjectNode().put("schema", schema.toString()).toString();
  }

  JsonNode get(String path) {
    return required(send("GET", path, ""));
  }

  JsonNode post(String path, String body) {
    return required(send("POST", path, body));
  }

  JsonNode put(String path, String body) {
    return required(send("PUT", path, body));
  }

  int status(String method, String path) {
    return send(method, path, "").statusCode();
  }

  private static JsonNode required(HttpResponse<String> response) {
    if (response.statusCode() != 200) {
      throw new AssertionError(response + ": " + response.body());
    }
    try {
      return JSON.readTree(response.body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private HttpResponse<String> send(String method, String path, String body) {
    try {
      return client.send(
          HttpRequest.newBuilder(URI.create(url + path))
              .header("Content-Type", "application/vnd.schemaregistry.v1+json")
              .method(
                  method,
                  body.isEmpty()
                      ? HttpRequest.BodyPublishers.noBody()
                      : HttpRequest.BodyPublishers.ofString(body))
              .build(),
          BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
