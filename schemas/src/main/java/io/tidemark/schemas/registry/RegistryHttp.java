package io.tidemark.schemas.registry;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.errors.InterruptException;

/**
 * Questions to the registry over HTTP. One that does not answer, or says that it cannot now, is
 * passed over for the next address; when all are, they are asked again after a wait, a bounded
 * number of times and for a bounded time. Redirects are not followed: they would take the
 * credentials elsewhere.
 */
final class RegistryHttp {

  private static final String TYPE = "application/vnd.schemaregistry.v1+json";
  private static final int MAX_MESSAGE = 500;
  private static final int TOO_MANY_REQUESTS = 429;
  private static final int REQUEST_TIMEOUT = 408;
  private static final int SERVER_ERROR = 500;

  private final RegistrySettings settings;
  private final HttpClient client;

  /** The address that answered last; asked first. */
  private volatile int current;

  RegistryHttp(RegistrySettings settings) {
    this.settings = settings;
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(Duration.ofMillis(settings.connectMs()));
    Optional.ofNullable(ProxySelector.getDefault()).ifPresent(builder::proxy);
    settings.tls().ifPresent(builder::sslContext);
    this.client = builder.build();
  }

  String shown() {
    return settings.shown();
  }

  /**
   * What the registry answered.
   *
   * @param url the address that did, without credentials
   * @param status of HTTP
   * @param body what it says; an empty object if that is no JSON
   */
  record Answer(String url, int status, JsonNode body) {

    /** Whether it is this status with one of these codes of the registry's own. */
    boolean is(int wanted, int... codes) {
      int code = body.path("error_code").asInt();
      for (int c : codes) {
        if (status == wanted && code == c) {
          return true;
        }
      }
      return false;
    }

    /**
     * The body of an answer that is no refusal.
     *
     * @param what what it was asked to do
     */
    JsonNode require(String what) {
      if (status / 100 == 2) {
        return body;
      }
      String message = body.path("message").asText("");
      String said =
          message.length() > MAX_MESSAGE ? message.substring(0, MAX_MESSAGE) + "…" : message;
      throw new RegistryException(
          "the schema registry at %s does not %s: HTTP status %d%s; %s"
              .formatted(url, what, status, said.isEmpty() ? "" : ", " + said, remedy()),
          status);
    }

    private String remedy() {
      return switch (status) {
        case 401 ->
            "check the credentials: basic.auth.credentials.source with basic.auth.user.info, or"
                + " bearer.auth.token";
        case 403 -> "this user may not do that: give it the right";
        case 404 -> "check the path in schema.registry.url";
        case 409 ->
            "a schema that does not go with the older ones is there: another program writes this"
                + " subject, or a newer release of Tidemark did";
        default -> "check schema.registry.url, and the registry's log";
      };
    }
  }

  /**
   * Something to be asked, now.
   *
   * @param what the registry is to do, for messages, such as {@code give schema 7}
   */
  Question question(String what) {
    return new Question(what);
  }

  /** What somebody waits for. All calls that it takes share one time, however many they are. */
  final class Question {

    private final String what;
    private final long began = System.nanoTime();

    private Question(String what) {
      this.what = what;
    }

    private long passedMs() {
      return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
    }

    private long leftMs() {
      return settings.timeoutMs() - passedMs();
    }

    /**
     * Asks.
     *
     * @param path behind the address, beginning with a slash
     * @param body JSON; empty: none
     * @throws RegistryUnavailableException if none answered within the retries and the time
     */
    Answer ask(String method, String path, Optional<String> body) {
      List<RegistrySettings.Endpoint> endpoints = settings.endpoints();
      Map<RegistrySettings.Endpoint, String> problems = new LinkedHashMap<>();
      Exception last = null;
      for (int round = 0; ; round++) {
        for (int i = 0; i < endpoints.size() && (round == 0 || leftMs() > 0); i++) {
          int index = (current + i) % endpoints.size();
          RegistrySettings.Endpoint endpoint = endpoints.get(index);
          // One that never answers leaves the others, and the next round, their share: an answer
          // that was lost on its way is not the end.
          int asked = endpoints.size() - i + (round < settings.retries() ? 1 : 0);
          long share = Math.max(1, leftMs() / asked);
          try {
            HttpResponse<byte[]> response = send(endpoint, method, path, body, share);
            if (!passing(response.statusCode())) {
              current = index;
              return new Answer(
                  endpoint.toString(),
                  response.statusCode(),
                  RegistryClient.json(new String(response.body(), StandardCharsets.UTF_8)));
            }
            problems.put(endpoint, endpoint + " answers HTTP status " + response.statusCode());
          } catch (IOException e) {
            last = e;
            problems.put(endpoint, endpoint + ": " + reason(e));
          }
        }
        long wait = waitMs(round);
        if (round == settings.retries() || wait >= leftMs()) {
          throw new RegistryUnavailableException(
              "no schema registry answers when asked to %s (%s; asked %d times in %.1f s); check that it runs, schema.registry.url and the network"
                  .formatted(
                      what, String.join("; ", problems.values()), round + 1, passedMs() / 1e3),
              last);
        }
        sleep(wait);
      }
    }
  }

  /** Whether a status says that another address, or a later time, may do better. */
  private static boolean passing(int status) {
    return status >= SERVER_ERROR || status == TOO_MANY_REQUESTS || status == REQUEST_TIMEOUT;
  }

  private HttpResponse<byte[]> send(
      RegistrySettings.Endpoint endpoint,
      String method,
      String path,
      Optional<String> body,
      long longestMs)
      throws IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(endpoint.base().resolve(endpoint.base().getRawPath() + path))
            .header("Accept", TYPE + ", application/json")
            .method(method, body.map(BodyPublishers::ofString).orElse(BodyPublishers.noBody()));
    body.ifPresent(b -> request.header("Content-Type", TYPE));
    endpoint.authorization().ifPresent(a -> request.header("Authorization", a));
    // The timeout of a request ends at its headers; a body that does not come must end as well.
    CompletableFuture<HttpResponse<byte[]>> answer =
        client.sendAsync(request.build(), BodyHandlers.ofByteArray());
    long atMost = Math.min(longestMs, (long) settings.connectMs() + settings.readMs());
    try {
      return answer.get(atMost, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      answer.cancel(true);
      throw new HttpTimeoutException("no answer within " + atMost + " ms");
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
    } catch (InterruptedException e) {
      answer.cancel(true);
      throw new InterruptException(e);
    }
  }

  private static String reason(IOException e) {
    String name = e.getClass().getSimpleName();
    Throwable told = e;
    while (told.getMessage() == null && told.getCause() != null) {
      told = told.getCause();
    }
    return told.getMessage() == null ? name : name + ", " + told.getMessage();
  }

  /** Longer each time, and of random length, so that many processes do not come at once. */
  private long waitMs(int round) {
    long longest = Math.min(settings.maxWaitMs(), (long) settings.waitMs() << Math.min(round, 20));
    return longest / 2 + ThreadLocalRandom.current().nextLong(longest / 2 + 1);
  }

  private static void sleep(long ms) {
    try {
      TimeUnit.MILLISECONDS.sleep(ms);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }
}
