package io.tidemark.worker.app;

import io.micrometer.core.instrument.MeterRegistry;
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
import io.tidemark.schemas.topic.Topics;
import io.tidemark.worker.flow.Inbox;
import io.tidemark.worker.flow.LaneMetrics;
import io.tidemark.worker.flow.Lanes;
import io.tidemark.worker.flow.OvertakenLog;
import io.tidemark.worker.flow.Routes;
import io.tidemark.worker.flow.WorkerLoop;
import io.tidemark.worker.status.Vitals;
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
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A worker: joins the group of its domain, runs partitions on its lanes until it is closed. */
public final class Worker implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Worker.class);
  private static final Duration CATCH_UP = Duration.ofSeconds(60);

  private final String id;
  private final WorkerLoop loop;
  private final Thread thread;
  private final Deque<AutoCloseable> resources = new ArrayDeque<>();
  private volatile Throwable failure;

  /**
   * Starts a worker; makes the topics that are missing.
   *
   * @param kafka how to reach Kafka
   * @param registry takes its meters
   * @throws KafkaUnreachableException if Kafka does not answer
   * @throws TopicException if a topic is not as it must be
   * @throws KafkaException if Kafka does not let it start for another reason
   */
  public static Worker start(WorkerConfig config, ClientConfig kafka, MeterRegistry registry)
      throws KafkaUnreachableException, TopicException, InterruptedException {
    TidemarkTopics.ensure(
        kafka, config.topics(), List.of(config.domain()), config.getInt(WorkerConfig.QUEUES));
    return new Worker(config, kafka, registry, Clock.systemUTC());
  }

  private Worker(WorkerConfig config, ClientConfig kafka, MeterRegistry registry, Clock clock) {
    this.id = config.workerId();
    try {
      this.loop = assemble(config, kafka, registry, clock);
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

  private WorkerLoop assemble(
      WorkerConfig config, ClientConfig kafka, MeterRegistry registry, Clock clock)
      throws JournalException, ReadTimeoutException, InterruptedException {
    Topics topics = config.topics();
    Routes routes = closing(new Routes(clock));
    Inbox inbox = new Inbox(Specs.parser(), routes);
    LaneMetrics metrics = new LaneMetrics(registry);
    OvertakenLog overtaken = new OvertakenLog();
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
    plans.awaitCaughtUp(CATCH_UP);
    directives.awaitCaughtUp(CATCH_UP);

    Heartbeat heartbeat =
        closing(
            Heartbeat.start(
                new KafkaProducer<>(heartbeats(kafka)),
                topics.workers(),
                new Vitals(id, config.domain(), config.lanes(), metrics, overtaken, clock.millis()),
                core,
                clock));
    KafkaWorkerLog journal =
        new KafkaWorkerLog(
            topics.work(config.domain()),
            topics.checkpoints(config.domain()),
            topics.deadLetters(config.domain()),
            new KafkaConsumer<>(member(config, kafka)),
            Journal.open(kafka, topics.transactionalId(config.domain(), id)),
            new ReadToEnd(kafka));
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
        });
  }

  private <T extends SpecificRecord> TopicTail tail(
      ClientConfig kafka, String topic, Class<T> type, Consumer<T> to) {
    RecordDecoder<T> decoder = RecordDecoder.of(type);
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
    try {
      loop.run();
    } catch (RuntimeException | Error e) {
      failure = e;
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
    loop.stop();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
