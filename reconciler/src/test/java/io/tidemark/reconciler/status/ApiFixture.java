package io.tidemark.reconciler.status;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.tidemark.reconciler.Samples;
import io.tidemark.reconciler.flow.LedgerQuery;
import io.tidemark.reconciler.flow.MalformedRecords;
import io.tidemark.reconciler.flow.News;
import io.tidemark.reconciler.flow.NotHereException;
import io.tidemark.reconciler.flow.Queries;
import io.tidemark.reconciler.flow.Replicas;
import io.tidemark.reconciler.flow.Replies;
import io.tidemark.reconciler.flow.StateStores;
import io.tidemark.reconciler.flow.TopologyFixture;
import io.tidemark.schemas.avro.Checkpoint;
import io.tidemark.schemas.avro.Command;
import io.tidemark.schemas.avro.CommandType;
import io.tidemark.schemas.avro.DeadLetter;
import io.tidemark.schemas.avro.Descriptor;
import io.tidemark.schemas.avro.Failure;
import io.tidemark.schemas.avro.FailureKind;
import io.tidemark.schemas.avro.LedgerEntry;
import io.tidemark.schemas.avro.Overtaken;
import io.tidemark.schemas.avro.PartitionState;
import io.tidemark.schemas.avro.Plan;
import io.tidemark.schemas.avro.WorkerHeartbeat;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;

/**
 * A server that answers from a real topology with one backfill: a partition completed, with a row
 * set aside, one failed, one running, one pending; an alert, and a decision.
 */
final class ApiFixture implements AutoCloseable {

  static final String ID = "orders-0123abcd";
  static final String SECRET = "s3cr3t-in-the-spec";
  static final String READER = "reader-token-0123456789";
  static final String OPERATOR = "operator-token-0123456789";

  final ObjectMapper json = new ObjectMapper();
  private final Map<String, Integer> reads = new ConcurrentHashMap<>();
  private final Semaphore hanging = new Semaphore(1);
  private final Path directory;
  private final TopologyFixture topology;
  private volatile Optional<TopologyFixture> copy = Optional.empty();
  private volatile boolean newsAway;
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final ReconcilerMetrics metrics;
  private final StatusServer server;
  private final HttpClient http = HttpClient.newHttpClient();

  ApiFixture(Path directory, boolean tokens) {
    this.directory = directory;
    topology = new TopologyFixture(directory);
    fill();
    MalformedRecords malformed = new MalformedRecords(1);
    Queries queries = new Queries(new Counted());
    metrics = new ReconcilerMetrics(registry, registry::scrape, queries, malformed);
    server =
        Servers.start(
            0,
            tokens
                ? Optional.of(
                    Tokens.parse(
                        "here", List.of("ann reader " + READER, "bob operator " + OPERATOR)))
                : Optional.empty(),
            new Services(
                queries,
                new Guarded(),
                new Replies(new All()),
                (backfill, visitor) -> visitor.accept(letter()),
                this::command,
                () -> 1_000_000,
                HttpFuzzTest.UP,
                malformed,
                metrics));
  }

  /** Counts who reads a store as a whole. */
  private final class Counted implements StateStores {

    @Override
    public <V> ReadOnlyKeyValueStore<String, V> single(String name) {
      reads.merge(name, 1, Integer::sum);
      hanging.acquireUninterruptibly();
      hanging.release();
      return copy.orElse(topology).single(name);
    }

    @Override
    public List<KeyValueIterator<String, LedgerEntry>> ledger(LedgerQuery query) {
      return topology.ledger(query);
    }
  }

  /** The driver is for one thread at a time. */
  private final class Guarded implements News {

    @Override
    public Latest lately() {
      return next();
    }

    @Override
    public Latest next() {
      if (newsAway) {
        throw new NotHereException("this user may not read the alerts", null);
      }
      synchronized (ApiFixture.this) {
        return topology.next();
      }
    }
  }

  /** From now on alerts and decisions cannot be read from their topics. */
  void newsGoAway() {
    newsAway = true;
  }

  /** From now on the state is a copy that has missed everything. */
  void stateMoves() {
    copy = Optional.of(new TopologyFixture(directory.resolve("copy")));
  }

  /** From now on, or no more, whoever asks for the state waits. */
  void stateHangs(boolean hangs) {
    if (hangs) {
      hanging.acquireUninterruptibly();
    } else {
      hanging.release();
    }
  }

  /** How often a store was asked for. */
  int reads(String store) {
    return reads.getOrDefault(store, 0);
  }

  synchronized void heartbeat(WorkerHeartbeat beat) {
    topology.heartbeat(beat);
  }

  private final class All implements Replicas {

    @Override
    public <V> Optional<ReadOnlyKeyValueStore<String, V>> active(String store, int part) {
      return Optional.ofNullable(topology.single(store));
    }

    @Override
    public <V> Optional<ReadOnlyKeyValueStore<String, V>> copy(String store, int part) {
      return Optional.empty();
    }
  }

  private void fill() {
    topology.plan(
        Plan.newBuilder(Samples.plan(ID, 1, 4, false))
            .setSpec("password: " + SECRET)
            .setDeadLettersCount(10)
            .build());
    List<Descriptor> all = List.of(descriptor(0), descriptor(1), descriptor(2), descriptor(3));
    all.forEach(topology::planned);
    topology.reported(
        Checkpoint.newBuilder(
                Samples.done(all.get(0), topology.reported(Samples.claim(all.get(0)))))
            .setDeadLetters(1)
            .build());
    topology.reported(
        Checkpoint.newBuilder(
                Samples.checkpoint(
                    all.get(1),
                    PartitionState.FAILED,
                    topology.reported(Samples.claim(all.get(1))),
                    0))
            .setError(new Failure(FailureKind.FATAL, "42501", "permission denied, try 7", 1L))
            .build());
    topology.reported(Samples.claim(all.get(2)));
    topology.heartbeat(Samples.heartbeat("w1", 1_000_000));
    topology.heartbeat(
        WorkerHeartbeat.newBuilder(Samples.heartbeat("w1", 1_000_500))
            .setOvertaken(
                List.of(new Overtaken(ID, all.get(2).getPartitionId(), 1L, "lost", 999_999L)))
            .build());
    command(Samples.command(ID, CommandType.PAUSE));
  }

  private static Descriptor descriptor(long ordinal) {
    return Samples.descriptor(ID, ordinal, 1);
  }

  private static DeadLetter letter() {
    return DeadLetter.newBuilder()
        .setPartitionId(descriptor(0).getPartitionId())
        .setBackfillId(ID)
        .setRow(ByteBuffer.allocate(0))
        .setRowSchema("")
        .setError(new Failure(FailureKind.POISON, "22001", "value too long in row 17", 1L))
        .setCursor(List.of())
        .setAttempt(0)
        .setAt(1)
        .setNumber(0)
        .build();
  }

  private synchronized void command(Command command) {
    topology.command(command);
    topology.settle();
  }

  int port() {
    return server.port();
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path));
  }

  HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  HttpResponse<String> get(String path) throws Exception {
    return send(request(path));
  }

  HttpResponse<String> post(String path, String body, String... headers) throws Exception {
    HttpRequest.Builder request =
        request(path)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body));
    for (int i = 0; i < headers.length; i += 2) {
      request.setHeader(headers[i], headers[i + 1]);
    }
    return send(request);
  }

  JsonNode tree(HttpResponse<String> answer) throws IOException {
    return json.readTree(answer.body());
  }

  /** All that comes back to these very bytes, until the server closes. */
  String raw(String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      socket.getOutputStream().flush();
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }

  @Override
  public void close() {
    server.close();
    http.close();
    metrics.close();
    registry.close();
    copy.ifPresent(TopologyFixture::close);
    topology.close();
  }
}
