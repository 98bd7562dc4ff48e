package io.tidemark.reconciler.app;

import io.micrometer.core.instrument.Counter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.tidemark.connectors.Route;
import io.tidemark.connectors.Specs;
import io.tidemark.connectors.api.Sink;
import io.tidemark.core.coordinator.Watchdog;
import io.tidemark.core.retry.TaskException;
import io.tidemark.kafka.admin.TidemarkTopics;
import io.tidemark.kafka.admin.TopicAdmin;
import io.tidemark.kafka.admin.TopicException;
import io.tidemark.kafka.admin.TopicSpec;
import io.tidemark.kafka.client.KafkaUnreachableException;
import io.tidemark.reconciler.flow.Fleet;
import io.tidemark.reconciler.flow.FleetStores;
import io.tidemark.reconciler.flow.MalformedRecords;
import io.tidemark.reconciler.flow.Queries;
import io.tidemark.reconciler.flow.Reach;
import io.tidemark.reconciler.flow.ReconcilerTopology;
import io.tidemark.reconciler.flow.Replies;
import io.tidemark.reconciler.flow.RocksDbMemory;
import io.tidemark.reconciler.status.Listener;
import io.tidemark.reconciler.status.ReconcilerMetrics;
import io.tidemark.reconciler.status.Services;
import io.tidemark.reconciler.status.StatusServer;
import io.tidemark.schemas.avro.Plan;
import io.tidemark.schemas.spec.SpecException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.Topology;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running reconciler: the topology, the API, and the threads that seal sinks and evict silent
 * workers. Several in the same namespace share the queues; each answers for all of them.
 */
public final class Reconciler implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Reconciler.class);

  private static final Duration KAFKA_TIMEOUT = Duration.ofSeconds(30);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(30);
  private static final int MALFORMED_KEPT = 1_000;
  private static final long ROCKSDB_BYTES = 256L << 20;
  private static final int POLL_MS = 20;

  /** What to close, the last opened first. */
  private final Deque<Runnable> open = new ArrayDeque<>();

  private UncaughtPolicy uncaught;
  private StreamsHealth health;
  private StatusServer status;
  private String url;

  private Reconciler() {}

  /**
   * Creates the topics that are missing and starts. The API answers at once, with 503 until the
   * state is restored: see {@link #awaitReady}.
   *
   * @throws KafkaUnreachableException if Kafka does not answer
   * @throws TopicException if a topic is not as it must be
   * @throws KafkaException if there is a schema registry, and it does not answer or refuses a
   *     schema
   */
  public static Reconciler start(ReconcilerConfig config)
      throws KafkaUnreachableException, TopicException, InterruptedException {
    Reconciler reconciler = new Reconciler();
    try {
      reconciler.open(config);
      return reconciler;
    } catch (KafkaUnreachableException
        | TopicException
        | InterruptedException
        | RuntimeException e) {
      reconciler.close();
      throw e;
    }
  }

  private void open(ReconcilerConfig config)
      throws KafkaUnreachableException, TopicException, InterruptedException {
    Prepared prepared = topics(config);
    Listener listener = opened(config.http().open(), Listener::close);
    MalformedRecords malformed = new MalformedRecords(MALFORMED_KEPT);
    RocksDbMemory memory = opened(new RocksDbMemory(ROCKSDB_BYTES), RocksDbMemory::close);
    Topology topology =
        ReconcilerTopology.build(
            config.topics(),
            config.domains(),
            config.coordinator(),
            malformed,
            config.clients().serdes());
    KafkaStreams streams =
        opened(
            new KafkaStreams(
                topology,
                StreamsSettings.of(
                    config,
                    prepared.replicas(),
                    prepared.queues().values().stream().mapToInt(Integer::intValue).sum(),
                    config.http().instance(listener),
                    malformed,
                    memory)),
            Reconciler::leave);
    uncaught = new UncaughtPolicy(System::currentTimeMillis);
    streams.setUncaughtExceptionHandler(uncaught);
    health = new StreamsHealth(streams, uncaught);
    StreamsStores replicas = new StreamsStores(streams);
    if (config.standbyReplicas() > 0) {
      opened(Patrol.start("copies", replicas::look), Patrol::close);
    }
    String self = config.http().instance(listener);
    Fleet fleet = new StreamsFleet(streams, config.topics(), prepared.queues(), self);
    PeerClient peers = opened(new PeerClient(config.http()), PeerClient::close);
    Function<Reach, Queries> reaching =
        reach -> new Queries(new FleetStores(replicas, fleet, peers, reach));
    Queries here = reaching.apply(Reach.HERE);
    Queries queries = reaching.apply(Reach.COPIES);

    PrometheusMeterRegistry registry =
        opened(
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT), PrometheusMeterRegistry::close);
    StreamsMetrics.bind(streams, registry);
    ReconcilerMetrics metrics =
        opened(
            new ReconcilerMetrics(registry, registry::scrape, here, malformed),
            ReconcilerMetrics::close);
    CommandLog commands =
        opened(new CommandLog(config.clients(), config.topics().commands()), CommandLog::close);
    NewsLog news = opened(new NewsLog(config.clients(), config.topics()), NewsLog::close);
    status =
        opened(
            StatusServer.start(
                listener,
                config.http().server(config.topics().namespace(), listener),
                new Services(
                    queries,
                    news,
                    new Replies(replicas),
                    new DeadLetterLog(config.clients(), config.topics(), prepared.queues()),
                    commands,
                    System::currentTimeMillis,
                    health,
                    malformed,
                    metrics)),
            StatusServer::close);
    url = listener.scheme() + "://" + self;
    streams.start();

    Finisher finisher =
        new Finisher(
            here,
            reaching.apply(Reach.EXACT),
            Reconciler::sink,
            commands,
            System::currentTimeMillis);
    opened(Patrol.start("finisher", finisher::run), Patrol::close);
    Admin admin = opened(Admin.create(config.clients().admin()), Admin::close);
    Evictor evictor =
        new Evictor(
            here::workers,
            admin,
            config.topics(),
            new Watchdog(config.workerSilence().toMillis()),
            () -> System.nanoTime() / 1_000_000,
            Counter.builder("tidemark.workers.evicted")
                    .description("Silent workers taken out of their group.")
                    .register(registry)
                ::increment);
    opened(Patrol.start("evictor", evictor::run), Patrol::close);
    LOG.info(
        "reconciler of {} with domains {}: API at {}",
        config.topics().namespace(),
        config.domains(),
        url());
  }

  private <T> T opened(T part, Consumer<T> close) {
    open.push(() -> close.accept(part));
    return part;
  }

  /**
   * @param queues of each domain
   * @param replicas that internal topics shall have
   */
  private record Prepared(Map<String, Integer> queues, int replicas) {}

  private static Prepared topics(ReconcilerConfig config)
      throws KafkaUnreachableException, TopicException, InterruptedException {
    Map<String, Integer> queues =
        TidemarkTopics.ensure(config.clients(), config.topics(), config.domains(), config.queues());
    List<TopicSpec> internal = new ArrayList<>();
    internal.add(
        new TopicSpec(
            ReconcilerTopology.tallies(config.topics()),
            1,
            Map.of(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT)));
    queues.forEach(
        (domain, count) ->
            internal.add(
                new TopicSpec(
                    ReconcilerTopology.orders(config.topics(), domain),
                    count,
                    Map.of(
                        TopicConfig.CLEANUP_POLICY_CONFIG,
                        TopicConfig.CLEANUP_POLICY_DELETE,
                        TopicConfig.RETENTION_MS_CONFIG,
                        "-1"))));
    try (Admin admin = Admin.create(config.clients().admin())) {
      TopicAdmin topics = new TopicAdmin(admin, KAFKA_TIMEOUT);
      topics.ensure(internal);
      return new Prepared(queues, topics.replicationFactor());
    }
  }

  private static Sink sink(Plan plan) throws TaskException {
    try {
      return Route.openSink(Specs.parser().parse(plan.getSpec(), "the spec of " + plan.getName()));
    } catch (SpecException e) {
      throw TaskException.fatal(e.getMessage());
    }
  }

  /** Leaves the group at once: whoever takes over need not wait for the session to end. */
  private static void leave(KafkaStreams streams) {
    boolean stopped =
        streams.close(
            CloseOptions.timeout(CLOSE_TIMEOUT)
                .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
    if (!stopped) {
      LOG.warn("stream threads still run after {} s", CLOSE_TIMEOUT.toSeconds());
    }
  }

  /** Port of the API. */
  public int port() {
    return status.port();
  }

  /** Where the API answers. */
  public String url() {
    return url;
  }

  /** Why it cannot answer yet, or no more; empty while it can. */
  public Optional<String> unready() {
    return health.unready();
  }

  /** What stopped it, if it stopped by itself. */
  public Optional<Throwable> failure() {
    return uncaught.failure();
  }

  /**
   * Waits until it answers from restored state.
   *
   * @throws IllegalStateException if it stopped, or is not ready in that time; with the reason
   */
  public void awaitReady(Duration timeout) throws InterruptedException {
    long deadline = System.nanoTime() + timeout.toNanos();
    Optional<String> reason = health.unready();
    while (reason.isPresent()) {
      Optional<String> dead = health.dead();
      if (dead.isPresent()) {
        throw new IllegalStateException(dead.get(), failure().orElse(null));
      }
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException(
            "the reconciler is not ready after " + timeout.toSeconds() + " s: " + reason.get());
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MS);
      reason = health.unready();
    }
  }

  /** Stops everything in order and leaves the group; safe to call twice. */
  @Override
  public synchronized void close() {
    while (!open.isEmpty()) {
      open.pop().run();
    }
  }
}
