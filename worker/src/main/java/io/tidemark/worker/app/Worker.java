package io.tidemark.worker.app;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.tidemark.connectors.Specs;
import io.tidemark.core.worker.WorkerCore;
import io.tidemark.core.worker.WorkerSettings;
import io.tidemark.kafka.admin.TidemarkTopics;
import io.tidemark.kafka.admin.TopicException;
import io.tidemark.kafka.client.ClientConfig;
import io.tidemark.kafka.client.KafkaUnreachableException;
import io.tidemark.kafka.journal.Journal;
import io.tidemark.kafka.journal.JournalException;
import io.tidemark.kafka.read.ReadTimeoutException;
import io.tidemark.kafka.read.ReadToEnd;
import io.tidemark.kafka.read.RecordDecoder;
import io.tidemark.kafka.read.TopicTail;
import io.tidemark.schemas.avro.Directive;
import io.tidemark.schemas.avro.Plan;
import io.tidemark.schemas.avro.WorkerHeartbeat;
import io.tidemark.schemas.topic.Topics;
import io.tidemark.worker.flow.Inbox;
import io.tidemark.worker.flow.LaneMetrics;
import io.tidemark.worker.flow.Lanes;
import io.tidemark.worker.flow.MeteredLog;
import io.tidemark.worker.flow.OvertakenLog;
import io.tidemark.worker.flow.Prober;
import io.tidemark.worker.flow.Routes;
import io.tidemark.worker.flow.WorkerLoop;
import io.tidemark.worker.status.MetricsServer;
import io.tidemark.worker.status.ProcessMetrics;
import io.tidemark.worker.status.Vitals;
import io.tidemark.worker.status.WorkerHealth;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** A worker: joins the group of its domain, runs partitions on its lanes until it is closed. */
public final class Worker implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Worker.class);
  private static final Duration CATCH_UP = Duration.ofSeconds(60);

  private final String id;
  private final WorkerLoop loop;
  private final Thread thread;
  private final Deque<AutoCloseable> resources = new ArrayDeque<>();
  private final WorkerHealth health = new WorkerHealth();
  private volatile Throwable failure;

  /**
   * Starts a worker; makes the topics that are missing.
   *
   * @param kafka how to reach Kafka
   * @throws KafkaUnreachableException if Kafka does not answer
   * @throws TopicException if a topic is not as it must be
   * @throws KafkaException if Kafka does not let it start for another reason, or a schema registry
   *     that the settings name does not answer or refuses a schema
   * @throws ConfigException if it cannot serve its metrics where it is told to
   */
  public static Worker start(WorkerConfig config, ClientConfig kafka)
      throws KafkaUnreachableException, TopicException, InterruptedException {
    TidemarkTopics.ensure(
        kafka, config.topics(), List.of(config.domain()), config.getInt(WorkerConfig.QUEUES));
    return new Worker(config, kafka, Clock.systemUTC());
  }

  private Worker(WorkerConfig config, ClientConfig kafka, Clock clock) {
    this.id = config.workerId();
    try {
      this.loop = assemble(config, kafka, clock);
    } catch (JournalException | ReadTimeoutException e) {
      closeResources();
      throw new KafkaException(e.getMessage(), e);
    } catch (InterruptedException e) {
      closeResources();
      throw new InterruptException(e);
    } catch (RuntimeException e) {
      closeResources();
      throw e;
    }
    this.thread = Thread.ofPlatform().name("worker-" + id).unstarted(this::run);
    thread.start();
  }

  private WorkerLoop assemble(WorkerConfig config, ClientConfig kafka, Clock clock)
      throws JournalException, ReadTimeoutException, InterruptedException {
    Topics topics = config.topics();
    MeterRegistry registry = serveMetrics(config);
    Routes routes = closing(new Routes(clock));
    Prober prober = closing(new Prober(id, routes));
    Inbox inbox = new Inbox(id, Specs.parser(), routes, prober);
    LaneMetrics metrics = new LaneMetrics(registry, config.lanes());
    OvertakenLog overtaken = new OvertakenLog(registry);
    WorkerCore core =
        new WorkerCore(
            new WorkerSettings(
                id,
                config.lanes(),
                config.getLong(WorkerConfig.CHECKPOINT_INTERVAL_MS),
                config.getInt(WorkerConfig.LOOKAHEAD)),
            new SplittableRandom());

    // Everything that was decided before now must be known before the first claim (I8).
    TopicTail plans = tail(kafka, topics.plans(), Plan.class, inbox::plan);
    TopicTail directives = tail(kafka, topics.directives(), Directive.class, inbox::directive);
    health.unready("it reads plans and directives");
    plans.awaitCaughtUp(CATCH_UP);
    directives.awaitCaughtUp(CATCH_UP);

    Heartbeat heartbeat =
        closing(
            Heartbeat.start(
                new KafkaProducer<>(heartbeats(kafka)),
                topics.workers(),
                kafka.serdes().of(WorkerHeartbeat.class),
                new Vitals(
                    id,
                    config.domain(),
                    config.lanes(),
                    metrics,
                    overtaken,
                    prober,
                    clock.millis()),
                core,
                clock));
    MeteredLog journal =
        new MeteredLog(
            new KafkaWorkerLog(
                topics.work(config.domain()),
                topics.checkpoints(config.domain()),
                topics.deadLetters(config.domain()),
                new KafkaConsumer<>(member(config, kafka)),
                Journal.open(kafka, topics.transactionalId(config.domain(), id)),
                new ReadToEnd(kafka),
                kafka.serdes()),
            registry);
    health.unready("it joins its group");
    return new WorkerLoop(
        core,
        journal,
        new Lanes(config.lanes(), id, routes, metrics, overtaken, clock, inbox::tell),
        inbox.events(),
        overtaken,
        clock,
        Duration.ofMillis(config.getLong(WorkerConfig.DRAIN_TIMEOUT_MS)),
        () -> {
          plans.requireFollowing();
          directives.requireFollowing();
          heartbeat.look();
          routes.closeIdle();
          if (journal.joined()) {
            health.ready();
          }
        });
  }

  private MeterRegistry serveMetrics(WorkerConfig config) {
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    resources.push(registry::close);
    int port = config.getInt(WorkerConfig.METRICS_PORT);
    if (port >= 0) {
      closing(new ProcessMetrics(registry, id, config.domain()));
      String host = config.getString(WorkerConfig.METRICS_HOST);
      try {
        MetricsServer server = closing(MetricsServer.start(host, port, registry::scrape, health));
        MDC.put("worker", id);
        log.info("worker {}: metrics at http://{}:{}/metrics", id, host, server.port());
        MDC.remove("worker");
      } catch (IllegalStateException e) {
        throw new ConfigException(e.getMessage());
      }
    }
    return registry;
  }

  private <T extends SpecificRecord> TopicTail tail(
      ClientConfig kafka, String topic, Class<T> type, Consumer<T> to) {
    RecordDecoder<T> decoder = RecordDecoder.of(kafka.serdes(), type);
    return closing(
        TopicTail.start(
            kafka,
            topic,
            r -> decoder.decode(r).ifPresent(to),
            e -> log.warn("following {}: {}", topic, e.getMessage())));
  }

  private <T extends AutoCloseable> T closing(T resource) {
    resources.push(resource);
    return resource;
  }

  /** Classic protocol, static membership, short heartbeats: the group notices early (ADR 10). */
  private Map<String, Object> member(WorkerConfig config, ClientConfig kafka) {
    Map<String, Object> settings = kafka.consumer();
    settings.put(ConsumerConfig.GROUP_ID_CONFIG, config.topics().workerGroup(config.domain()));
    settings.put(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, id);
    settings.putIfAbsent(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, 6_000);
    settings.putIfAbsent(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, 500);
    settings.put(
        ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
        List.of(CooperativeStickyAssignor.class.getName()));
    settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 1_000);
    return settings;
  }

  private static Map<String, Object> heartbeats(ClientConfig kafka) {
    Map<String, Object> settings = kafka.producer();
    // A heartbeat that cannot be written now is worth nothing later.
    settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 500);
    settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 2_000);
    settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 4_000);
    return settings;
  }

  private void run() {
    MDC.put("worker", id);
    try {
      loop.run();
    } catch (RuntimeException | Error e) {
      failure = e;
      health.dead("it stops: " + e.getMessage());
      log.error("worker {} stops: {}", id, e.getMessage(), e);
    } finally {
      closeResources();
    }
  }

  private void closeResources() {
    while (!resources.isEmpty()) {
      AutoCloseable resource = resources.pop();
      try {
        resource.close();
      } catch (Exception e) {
        log.warn("closing {}: {}", resource.getClass().getSimpleName(), e.getMessage());
      }
    }
  }

  /** Its name in the group, in the log and for people. */
  public String id() {
    return id;
  }

  /** Whether it still works. */
  public boolean running() {
    return thread.isAlive();
  }

  /** Why it ended by itself, if it did. */
  public Optional<Throwable> failure() {
    return Optional.ofNullable(failure);
  }

  /** Waits until it has ended. */
  public void awaitTermination() throws InterruptedException {
    thread.join();
  }

  /** Lets lanes come to their chunks' ends, reports, leaves the group, and ends. */
  @Override
  public void close() {
    health.leaving("it drains its lanes");
    loop.stop();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
