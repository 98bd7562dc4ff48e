package io.tidemark.reconciler.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tidemark.reconciler.Samples;
import io.tidemark.schemas.avro.WorkerHeartbeat;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What must not come through, tried on every route that {@code openapi.json} describes. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EveryRouteTest {

  private static final int MAX_BODY = 1_024; // as Servers sets it
  private static final List<Integer> ABSENT = List.of(404, 503);
  private static final String RESUME = "{\"type\":\"resume\"}";

  private final RefusalLog log = new RefusalLog();
  private ApiFixture api;

  @BeforeAll
  void start(@TempDir Path directory) {
    api = new ApiFixture(directory, true);
  }

  @AfterAll
  void stop() {
    log.close();
    api.close();
  }

  @BeforeEach
  void listen() {
    log.clear();
  }

  static Stream<Operation> operations() {
    return Operation.documented();
  }

  static Stream<Operation> guarded() {
    return operations().filter(o -> !o.open());
  }

  static Stream<Operation> writes() {
    return operations().filter(Operation::writes);
  }

  private HttpRequest.Builder request(Operation operation, String body) {
    return api.request(operation.address())
        .header("Content-Type", "application/json")
        .method(
            operation.method(),
            operation.writes() || !body.isEmpty()
                ? HttpRequest.BodyPublishers.ofString(body)
                : HttpRequest.BodyPublishers.noBody());
  }

  private HttpResponse<String> as(String header, Operation operation) throws Exception {
    HttpRequest.Builder request = request(operation, operation.writes() ? RESUME : "");
    if (!header.isEmpty()) {
      request.header("Authorization", header);
    }
    return api.send(request);
  }

  @ParameterizedTest
  @MethodSource("guarded")
  void shouldRefuseNoTokenAndAWrongToken(Operation operation) throws Exception {
    for (String header :
        List.of(
            "",
            "Bearer",
            "Bearer wrong-token-0123456789",
            "Bearer " + ApiFixture.OPERATOR + "x",
            "Bearer " + ApiFixture.OPERATOR.substring(1),
            "Basic " + ApiFixture.OPERATOR)) {
      log.clear();
      log.refused(401, as(header, operation));
    }
  }

  @ParameterizedTest
  @MethodSource("writes")
  void shouldRefuseTheRoleOfAReader(Operation operation) throws Exception {
    log.refused(403, as("Bearer " + ApiFixture.READER, operation));
  }

  /** So that a route that only looks like a read is noticed, too. */
  @Test
  void shouldHaveNoOtherRouteThatWrites() {
    assertThat(operations().map(Operation::method)).containsOnly("GET", "POST");
    assertThat(writes().filter(Operation::open)).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("operations")
  void shouldRefuseABodyBeyondTheLimit(Operation operation) throws Exception {
    HttpRequest.Builder request =
        request(operation, "x".repeat(MAX_BODY + 1))
            .header("Authorization", "Bearer " + ApiFixture.OPERATOR);

    log.refused(413, api.send(request));
  }

  @ParameterizedTest
  @MethodSource("operations")
  void shouldRefuseAHeadBeyondTheLimit(Operation operation) throws Exception {
    log.refused(
        431,
        api.raw(head(operation, operation.address()) + "X: " + "y".repeat(20_000) + "\r\n\r\n"));
  }

  @ParameterizedTest
  @MethodSource("operations")
  void shouldRefuseTricksWithThePath(Operation operation) throws Exception {
    String plain = operation.address();
    for (String path :
        List.of(
            "/health/.." + plain,
            "/health/..;" + plain,
            "/health/live/%2e%2e/%2e%2e" + plain,
            "/." + plain,
            "/" + plain,
            plain + ";x=1",
            plain + "%00",
            plain + "%0d%0aX:1",
            plain + "%ff",
            plain + "\\..",
            plain + "/../../etc/passwd")) {
      log.clear();
      log.refused(400, api.raw(head(operation, path) + "\r\n"));
    }
  }

  private static String head(Operation operation, String path) {
    return operation.method()
        + " "
        + path
        + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
  }

  /** One that is not known, and each that is with a value that it cannot have. */
  static Stream<Operation.Wrong> wrong() {
    return operations()
        .flatMap(
            o ->
                Stream.concat(
                    Stream.of(
                        new Operation.Wrong(o, "surprise", o.address() + "?surprise=1", List.of())),
                    o.wrong()));
  }

  @ParameterizedTest
  @MethodSource("wrong")
  void shouldRefuseAWrongParameterAsAProblem(Operation.Wrong wrong) throws Exception {
    Operation operation = wrong.operation();
    HttpRequest.Builder request =
        api.request(wrong.address())
            .header("Authorization", "Bearer " + ApiFixture.OPERATOR)
            .header("Content-Type", "application/json")
            .method(
                operation.method(),
                operation.writes()
                    ? HttpRequest.BodyPublishers.ofString(RESUME)
                    : HttpRequest.BodyPublishers.noBody());
    if (!wrong.header().isEmpty()) {
      request.header(wrong.header().getFirst(), wrong.header().getLast());
    }

    HttpResponse<String> answer = api.send(request);

    boolean path = operation.path().contains("{" + wrong.parameter() + "}");
    assertThat(answer.statusCode()).as(answer.body()).isIn(path ? ABSENT : List.of(400));
    assertThat(answer.headers().firstValue("content-type")).hasValue(Problem.TYPE);
    assertThat(api.tree(answer).path("detail").asText())
        .contains(path ? "nobody" : wrong.parameter());
    assertThat(answer.body()).doesNotContain(RefusalLog.SECRETS);
  }

  @ParameterizedTest
  @MethodSource("writes")
  void shouldRefuseABodyThatIsNoSuchRequest(Operation operation) throws Exception {
    for (String body :
        List.of("", "{", "[]", "7", "{\"type\":7}", "{\"type\":\"explode\"}", "\u0000", "{}{}")) {
      HttpResponse<String> answer =
          api.send(
              request(operation, body).header("Authorization", "Bearer " + ApiFixture.OPERATOR));

      assertThat(answer.statusCode()).as(body + " " + answer.body()).isEqualTo(400);
      assertThat(answer.headers().firstValue("content-type")).hasValue(Problem.TYPE);
      assertThat(answer.body()).doesNotContain(RefusalLog.SECRETS);
    }
  }

  /** All at once: each takes as long as the server waits. */
  @Test
  void shouldHangUpOnASlowClientOnEveryRoute() throws Exception {
    Map<String, Socket> clients = new TreeMap<>();
    try {
      for (Operation operation : operations().toList()) {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), api.port());
        clients.put(operation.toString(), socket);
        write(socket, operation.method() + " " + operation.address() + " HTTP/1.1\r\nX: ");
      }
      List<String> waiting = new ArrayList<>(clients.keySet());
      await("hang-up")
          .atMost(Duration.ofSeconds(60))
          .pollInterval(Duration.ofMillis(100))
          .untilAsserted(
              () -> {
                waiting.removeIf(name -> !write(clients.get(name), "y"));
                assertThat(waiting).as("still served").isEmpty();
              });
    } finally {
      for (Socket socket : clients.values()) {
        socket.close();
      }
    }
    await().untilAsserted(() -> assertThat(log.told(408)).isGreaterThanOrEqualTo(clients.size()));
    assertThat(api.get("/health/live").statusCode()).isEqualTo(200);
  }

  /** All at once, and so often that no buffer holds what they do not read. */
  @Test
  void shouldHangUpOnAClientThatDoesNotReadItsAnswersOnEveryRoute() throws Exception {
    AtomicInteger beats = new AtomicInteger();
    Map<String, Deaf> clients = new TreeMap<>();
    try {
      for (Operation operation : operations().filter(o -> !o.writes()).toList()) {
        clients.put(operation.toString(), new Deaf(api.port(), operation));
      }
      Set<String> served = new TreeSet<>(clients.keySet());
      await("hang-up")
          .atMost(Duration.ofSeconds(150))
          .pollInterval(Duration.ofSeconds(1))
          .untilAsserted(
              () -> {
                // Events of some megabytes: who listens asks only once.
                if (beats.incrementAndGet() <= 6) {
                  api.heartbeat(ofQueues(400_000 + beats.get()));
                }
                served.removeIf(name -> !clients.get(name).asks());
                assertThat(served).isEmpty();
              });
    } finally {
      for (Deaf client : clients.values()) {
        client.close();
      }
      api.heartbeat(ofQueues(2));
    }
    assertThat(api.get("/health/live").statusCode()).isEqualTo(200);
  }

  private static WorkerHeartbeat ofQueues(int count) {
    return WorkerHeartbeat.newBuilder(Samples.heartbeat("w1", 1_000_900))
        .setQueues(IntStream.range(0, count).boxed().toList())
        .build();
  }

  /** Asks the same again and again, and reads nothing. */
  private static final class Deaf implements AutoCloseable {
    private final SocketChannel channel = SocketChannel.open();
    private final ByteBuffer request;

    Deaf(int port, Operation operation) throws IOException {
      request =
          ByteBuffer.wrap(
              """
              GET %s HTTP/1.1\r
              Host: localhost\r
              Authorization: Bearer %s\r
              \r
              """
                  .formatted(operation.answered(), ApiFixture.OPERATOR)
                  .getBytes(StandardCharsets.US_ASCII));
      channel.setOption(StandardSocketOptions.SO_RCVBUF, 4_096);
      channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      channel.configureBlocking(false);
    }

    /** As often as the server takes it; false once it has hung up. */
    boolean asks() {
      try {
        while (channel.write(request) > 0) {
          if (!request.hasRemaining()) {
            request.rewind();
          }
        }
        return true;
      } catch (IOException e) {
        return false;
      }
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  @ParameterizedTest
  @MethodSource("writes")
  void shouldRefuseABodyThatDribbles(Operation operation) throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), api.port())) {
      write(
          socket,
          head(operation, operation.address())
              + "Authorization: Bearer "
              + ApiFixture.OPERATOR
              + "\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n");
      socket.setSoTimeout(100);
      byte[] first = new byte[12];

      await("an answer before the body is there")
          .atMost(Duration.ofSeconds(60))
          .pollInterval(Duration.ofMillis(100))
          .until(
              () -> {
                write(socket, " ");
                return socket.getInputStream().available() >= first.length;
              });
      assertThat(socket.getInputStream().read(first)).isEqualTo(first.length);

      assertThat(new String(first, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 408");
    }
    log.logged(408);
  }

  /** False once the server has hung up. */
  private static boolean write(Socket socket, String text) {
    try {
      socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
