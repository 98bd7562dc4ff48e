package io.tidemark.kafka.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.kafka.Kafka;
import io.tidemark.kafka.admin.TopicSpec;
import io.tidemark.kafka.client.ClientConfig;
import io.tidemark.kafka.client.Reachable;
import io.tidemark.kafka.journal.Append;
import io.tidemark.kafka.journal.Journal;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(240)
class EmbeddedBrokerTest {

  private static final TopicPartition LOG = new TopicPartition("log", 0);

  @TempDir Path directory;

  @Test
  void shouldKeepRecordsAndTransactionsWhenStartedAgainOnTheSameDirectory() throws Exception {
    long first;
    try (var broker = EmbeddedBroker.start(directory, 0, Map.of())) {
      var config = ClientConfig.of(broker.bootstrapServers());
      Kafka.ensureTopics(config, new TopicSpec("log", 1, Map.of()));
      first = commit(config, "a");
      abort(config, "never");
    }
    try (var broker = EmbeddedBroker.start(directory, 0, Map.of())) {
      var config = ClientConfig.of(broker.bootstrapServers());
      long second = commit(config, "b");

      assertThat(Kafka.valuesIn(config, LOG)).containsExactly("a", "b");
      assertThat(second).isGreaterThan(first);
      assertThat(broker.fault()).isEmpty();
    }
  }

  @Test
  void shouldKeepCommittedRecordsWhenKilledWithSigkill() throws Exception {
    String address;
    Process broker = spawn(0);
    try {
      address = awaitReady(broker);
      var config = ClientConfig.of(address);
      Kafka.ensureTopics(config, new TopicSpec("log", 1, Map.of()));
      commit(config, "a");
    } finally {
      broker.destroyForcibly().waitFor();
    }
    Process restarted = spawn(Integer.parseInt(address.substring(address.indexOf(':') + 1)));
    try {
      assertThat(awaitReady(restarted)).isEqualTo(address);
      var config = ClientConfig.of(address);
      commit(config, "b");

      assertThat(Kafka.valuesIn(config, LOG)).containsExactly("a", "b");
    } finally {
      restarted.destroyForcibly().waitFor();
    }
  }

  @Test
  void shouldNameDirectoryAndRemedyWhenAnotherProcessUsesIt() throws Exception {
    Process other = spawn(0);
    try {
      awaitReady(other);

      assertThatThrownBy(() -> EmbeddedBroker.start(directory, 0, Map.of()))
          .isInstanceOf(BrokerStartException.class)
          .hasMessageContaining(directory.toString())
          .hasMessageContaining("in use by the embedded broker of process " + other.pid())
          .hasMessageContaining("choose another directory");
    } finally {
      other.destroyForcibly().waitFor();
    }
  }

  @Test
  void shouldNamePortAndRemedyWhenItIsTaken() throws Exception {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThatThrownBy(() -> EmbeddedBroker.start(directory, taken.getLocalPort(), Map.of()))
          .isInstanceOf(BrokerStartException.class)
          .hasMessageContaining("127.0.0.1:" + taken.getLocalPort())
          .hasMessageContaining("choose another one");
    }
    try (var broker = EmbeddedBroker.start(directory, 0, Map.of())) {
      Reachable.check(ClientConfig.of(broker.bootstrapServers()).admin(), Kafka.PATIENCE);
    }
  }

  @ParameterizedTest
  @CsvSource({
    // Refused while the settings are read, and later, while the controller starts.
    "offsets.topic.compression.codec, nonsense",
    "authorizer.class.name, no.such.Authorizer"
  })
  void shouldFreeDirectoryWhenKafkaRefusesToStart(String setting, String value) {
    assertThatThrownBy(() -> EmbeddedBroker.start(directory, 0, Map.of(setting, value)))
        .isInstanceOf(BrokerStartException.class)
        .hasMessageContaining(directory.toString())
        .hasMessageContaining("check the broker settings");

    EmbeddedBroker.start(directory, 0, Map.of()).close();
  }

  @Test
  void shouldRecordAFatalFaultInsteadOfEndingTheProcess() {
    var faults = new RecordedFaults();
    var cause = new IllegalStateException("broken");
    var actions = new AtomicInteger();

    faults.build("log cleaning", false, actions::incrementAndGet).handleFault("small", cause);
    assertThat(faults.first()).isEmpty();

    faults.build("quorum controller", true, actions::incrementAndGet).handleFault("big", cause);
    assertThat(faults.first()).get().extracting(Throwable::getCause).isEqualTo(cause);
    assertThat(actions).hasValue(2);
  }

  private static long commit(ClientConfig config, String value) throws Exception {
    try (var journal = Journal.open(config, "writer")) {
      return journal
          .commit(List.of(new Append(LOG, null, Kafka.bytes(value))))
          .offsets()
          .getFirst();
    }
  }

  private static void abort(ClientConfig config, String value) throws Exception {
    try (var journal = Journal.open(config, "writer")) {
      byte[] tooLarge = new byte[2_000_000];
      assertThatThrownBy(
              () ->
                  journal.commit(
                      List.of(
                          new Append(LOG, null, Kafka.bytes(value)),
                          new Append(LOG, null, tooLarge))))
          .isInstanceOf(Exception.class);
    }
  }

  private Process spawn(int port) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            BrokerMain.class.getName(),
            directory.toString(),
            Integer.toString(port))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private static String awaitReady(Process broker) throws Exception {
    // The process' output ends with it, so that this ends, too.
    var output =
        new BufferedReader(new InputStreamReader(broker.getInputStream(), StandardCharsets.UTF_8));
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      if (line.startsWith("READY ")) {
        return line.substring("READY ".length());
      }
    }
    broker.waitFor(10, TimeUnit.SECONDS);
    throw new AssertionError("the broker ended before it was ready");
  }
}
