package io.tidemark.cli.chaos;

import static org.awaitility.Awaitility.await;

import io.tidemark.cli.e2e.Proc;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

/**
 * A cluster of three brokers, each with its controller, as three processes of Kafka's own main
 * class. Everything is kept three times and acknowledged by two. Group and transaction timeouts are
 * the broker's defaults; only the detection of a dead broker is quicker (6 s instead of 9 s).
 */
final class Brokers implements AutoCloseable {

  static final int COUNT = 3;

  private static final Duration READY = Duration.ofMinutes(2);
  private static final List<String> OPTIONS =
      List.of("-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

  private final Path dir;
  private final List<Integer> clientPorts = freePorts();
  private final List<Integer> controllerPorts = freePorts();
  private final List<Proc> running = new ArrayList<>();

  /** Formats and starts all three, and returns when each has joined. */
  Brokers(Path dir) throws Exception {
    this.dir = dir;
    String cluster = Uuid.randomUuid().toString();
    for (int i = 0; i < COUNT; i++) {
      Files.writeString(dir.resolve(file(i)), properties(i));
      format(i, cluster);
      running.add(start(i));
    }
    awaitAll();
  }

  /** The ports are free now; a broker that comes back needs its own again, so 0 would not do. */
  private static List<Integer> freePorts() {
    List<ServerSocket> held = new ArrayList<>();
    try {
      for (int i = 0; i < COUNT; i++) {
        held.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
      }
      List<Integer> ports = held.stream().map(ServerSocket::getLocalPort).toList();
      for (ServerSocket s : held) {
        s.close();
      }
      return ports;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String file(int i) {
    return "broker-" + i + ".properties";
  }

  private Path data(int i) {
    return dir.resolve("broker-" + i);
  }

  private String properties(int i) {
    String voters =
        IntStream.range(0, COUNT)
            .mapToObj(n -> n + "@127.0.0.1:" + controllerPorts.get(n))
            .collect(Collectors.joining(","));
    return """
        process.roles=broker,controller
        node.id=%d
        controller.quorum.voters=%s
        controller.listener.names=CONTROLLER
        inter.broker.listener.name=CLIENTS
        listener.security.protocol.map=CLIENTS:PLAINTEXT,CONTROLLER:PLAINTEXT
        listeners=CLIENTS://127.0.0.1:%d,CONTROLLER://127.0.0.1:%d
        log.dirs=%s
        auto.create.topics.enable=false
        default.replication.factor=3
        min.insync.replicas=2
        offsets.topic.replication.factor=3
        offsets.topic.num.partitions=6
        transaction.state.log.replication.factor=3
        transaction.state.log.min.isr=2
        transaction.state.log.num.partitions=6
        share.coordinator.state.topic.replication.factor=3
        share.coordinator.state.topic.min.isr=2
        num.network.threads=2
        num.io.threads=4
        log.cleaner.dedupe.buffer.size=10485760
        broker.session.timeout.ms=6000
        broker.heartbeat.interval.ms=1000
        """
        .formatted(i, voters, clientPorts.get(i), controllerPorts.get(i), data(i));
  }

  private void format(int i, String cluster) throws Exception {
    try (var quiet =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)) {
      new Formatter()
          .setPrintStream(quiet)
          .setClusterId(cluster)
          .setNodeId(i)
          .setReleaseVersion(MetadataVersion.latestProduction())
          .setControllerListenerName("CONTROLLER")
          .setMetadataLogDirectory(data(i).toString())
          .addDirectory(data(i).toString())
          .run();
    }
  }

  private Proc start(int i) {
    return Proc.java(dir, "broker-" + i, Map.of(), OPTIONS, "kafka.Kafka", file(i));
  }

  /** Where clients connect: all three, whether they run or not. */
  String bootstrap() {
    return clientPorts.stream().map(p -> "127.0.0.1:" + p).collect(Collectors.joining(","));
  }

  /** Ends one with SIGKILL. */
  void kill(int i) {
    running.get(i).kill9();
  }

  /** Starts one that was killed on its data and its port, and does not wait for it. */
  void restart(int i) {
    running.set(i, start(i));
  }

  /** Waits until all three have joined the cluster. */
  void awaitAll() {
    try (Admin admin =
        Admin.create(
            Map.of(
                CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG,
                bootstrap(),
                CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG,
                5_000))) {
      await("three brokers")
          .atMost(READY)
          .ignoreExceptionsInstanceOf(ExecutionException.class)
          .until(() -> admin.describeCluster().nodes().get().size() == COUNT);
    }
  }

  @Override
  public void close() {
    running.forEach(Proc::close);
  }
}
