package io.tidemark.kafka.embedded;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import kafka.server.BrokerServer;
import kafka.server.ControllerServer;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.server.Server;
import kafka.server.SharedServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.raft.QuorumConfig;
import org.apache.kafka.server.common.MetadataVersion;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A real Kafka broker with its controller (KRaft) inside this process: for trying Tidemark without
 * a cluster, and for tests. It listens on 127.0.0.1 only.
 *
 * <p>The data directory is kept: a later start on it resumes with all topics, records, transactions
 * and group offsets, also after SIGKILL of the process (not after a power cut: like any Kafka
 * broker it leaves flushing to the operating system). One process at a time may use a directory.
 *
 * <p>A fatal fault of the controller or the metadata log does not end the process: see {@link
 * #fault()}. A data directory that fails (disk full, removed) still halts the JVM, as in any Kafka.
 *
 * <p>This is the one class that stands on Kafka's internals (server classes, {@code
 * common.utils.Time}); they change without notice between Kafka versions.
 */
public final class EmbeddedBroker implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedBroker.class);
  private static final String NODE = "1";
  private static final Duration SHUTDOWN = Duration.ofSeconds(5);

  private final String bootstrapServers;
  private final DirectoryLock lock;
  private final BoundSockets sockets;
  private final RecordedFaults faults;
  private final ControllerServer controller;
  private final BrokerServer broker;
  private final AtomicBoolean closed = new AtomicBoolean();

  private EmbeddedBroker(
      String bootstrapServers,
      DirectoryLock lock,
      BoundSockets sockets,
      RecordedFaults faults,
      ControllerServer controller,
      BrokerServer broker) {
    this.bootstrapServers = bootstrapServers;
    this.lock = lock;
    this.sockets = sockets;
    this.faults = faults;
    this.controller = controller;
    this.broker = broker;
  }

  /**
   * Starts a broker and returns when it accepts clients.
   *
   * @param dataDir where it keeps everything; created and formatted where needed
   * @param port where clients connect; 0 takes any free port
   * @param overrides Kafka broker settings that win over ours; may be empty
   * @throws BrokerStartException if the directory is in use or not writable, the port is taken, or
   *     Kafka refuses to start
   */
  public static EmbeddedBroker start(Path dataDir, int port, Map<String, String> overrides) {
    Path directory = dataDir.toAbsolutePath().normalize();
    DirectoryLock lock = DirectoryLock.acquire(directory);
    var sockets = new BoundSockets();
    try {
      return start(directory, port, overrides, lock, sockets);
    } catch (Exception e) {
      // Scala declares no checked exceptions, and throws them all the same.
      BrokerStartException failure =
          e instanceof BrokerStartException known ? known : refused(directory, e);
      release(sockets, failure);
      release(lock, failure);
      throw failure;
    }
  }

  private static BrokerStartException refused(Path directory, Throwable cause) {
    return new BrokerStartException(
        "the embedded broker cannot start on "
            + directory
            + ": "
            + cause.getMessage()
            + "; check the broker settings given; a new data directory starts afresh",
        cause);
  }

  private static EmbeddedBroker start(
      Path directory,
      int port,
      Map<String, String> overrides,
      DirectoryLock lock,
      BoundSockets sockets) {
    int clientPort = sockets.bind(port);
    int controllerPort = sockets.bind(0);
    var config = new KafkaConfig(settings(directory, clientPort, controllerPort, overrides), false);
    format(directory, config);
    var faults = new RecordedFaults();
    var properties =
        KafkaRaftServer.initializeLogDirs(config, LOG, "[embedded broker " + directory + "] ");
    var shared =
        new SharedServer(
            config,
            properties._1(),
            Time.SYSTEM,
            Server.initializeMetrics(
                config, Time.SYSTEM, properties._1().clusterId().orElseThrow()),
            CompletableFuture.completedFuture(
                QuorumConfig.parseVoterConnections(config.quorumConfig().voters())),
            QuorumConfig.parseBootstrapServers(config.quorumConfig().bootstrapServers()),
            faults,
            sockets);
    var embedded =
        new EmbeddedBroker(
            "127.0.0.1:" + clientPort,
            lock,
            sockets,
            faults,
            new ControllerServer(shared, KafkaRaftServer.configSchema(), properties._2()),
            new BrokerServer(shared));
    embedded.startUp(directory);
    return embedded;
  }

  private void startUp(Path directory) {
    try {
      // The controller comes first: it hands its endpoints to the shared Raft client.
      controller.startup();
      broker.startup();
    } catch (Exception e) {
      BrokerStartException failure = refused(directory, faults.first().orElse(e));
      try {
        close();
      } catch (Exception suppressed) {
        failure.addSuppressed(suppressed);
      }
      throw failure;
    }
  }

  /** Address for clients, {@code 127.0.0.1:port}. */
  public String bootstrapServers() {
    return bootstrapServers;
  }

  /** First fatal fault since the start. With one, the broker is of no more use: close it. */
  public Optional<Throwable> fault() {
    return faults.first();
  }

  /**
   * Stops broker and controller in order, frees ports and directory; a second call does nothing.
   */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    // Closed in reverse order: the broker first, as a controlled shutdown needs the controller.
    Stop stopController = controller::shutdown;
    Stop stopBroker = () -> broker.shutdown(SHUTDOWN);
    try (lock;
        sockets;
        stopController;
        stopBroker) {
      LOG.debug("Stopping the embedded broker {}", bootstrapServers);
    } catch (IOException e) {
      throw new UncheckedIOException("closing the embedded broker " + bootstrapServers, e);
    }
  }

  private interface Stop extends AutoCloseable {
    @Override
    void close();
  }

  private static Map<String, String> settings(
      Path directory, int clientPort, int controllerPort, Map<String, String> overrides) {
    var settings = new HashMap<String, String>();
    settings.put("process.roles", "broker,controller");
    settings.put("node.id", NODE);
    settings.put("controller.quorum.voters", NODE + "@127.0.0.1:" + controllerPort);
    settings.put("controller.listener.names", "CONTROLLER");
    settings.put("inter.broker.listener.name", "CLIENTS");
    settings.put("listener.security.protocol.map", "CLIENTS:PLAINTEXT,CONTROLLER:PLAINTEXT");
    settings.put(
        "listeners",
        "CLIENTS://127.0.0.1:" + clientPort + ",CONTROLLER://127.0.0.1:" + controllerPort);
    settings.put("log.dirs", directory.toString());
    settings.put("auto.create.topics.enable", "false");

    // One broker: nothing to replicate to.
    settings.put("default.replication.factor", "1");
    settings.put("offsets.topic.replication.factor", "1");
    settings.put("transaction.state.log.replication.factor", "1");
    settings.put("transaction.state.log.min.isr", "1");
    settings.put("share.coordinator.state.topic.replication.factor", "1");
    settings.put("share.coordinator.state.topic.min.isr", "1");

    // Small: 50 partitions each would cost a second at the first commit and 200 open files.
    settings.put("offsets.topic.num.partitions", "8");
    settings.put("transaction.state.log.num.partitions", "8");
    settings.put("num.network.threads", "2");
    settings.put("num.io.threads", "4");
    settings.put("log.cleaner.dedupe.buffer.size", "10485760");
    // No record twice a second only to show that the controller lives: nobody else looks.
    settings.put("metadata.max.idle.interval.ms", "0");

    // Prompt: a member joins at once, a broker killed with SIGKILL is back in 5 s instead of 11 s,
    // and what a dead producer left open is aborted 1 s after its timeout instead of 10 s.
    settings.put("group.initial.rebalance.delay.ms", "0");
    settings.put("broker.session.timeout.ms", "3000");
    settings.put("broker.heartbeat.interval.ms", "300");
    settings.put("transaction.abort.timed.out.transaction.cleanup.interval.ms", "1000");

    settings.putAll(overrides);
    return settings;
  }

  private static void format(Path directory, KafkaConfig config) {
    if (Files.exists(directory.resolve("meta.properties"))) {
      return;
    }
    try (var quiet =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)) {
      new Formatter()
          .setPrintStream(quiet)
          .setClusterId(Uuid.randomUuid().toString())
          .setNodeId(config.nodeId())
          .setReleaseVersion(MetadataVersion.latestProduction())
          .setControllerListenerName("CONTROLLER")
          .setMetadataLogDirectory(directory.toString())
          .addDirectory(directory.toString())
          .run();
    } catch (Exception e) {
      throw new BrokerStartException(
          "the data directory "
              + directory
              + " cannot be formatted for Kafka ("
              + e.getMessage()
              + "); give a new or empty directory",
          e);
    }
  }

  private static void release(AutoCloseable resource, RuntimeException cause) {
    try {
      resource.close();
    } catch (Exception e) {
      cause.addSuppressed(e);
    }
  }
}
