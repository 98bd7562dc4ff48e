package io.tidemark.kafka.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.kafka.Kafka;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.DescribeConfigsResult;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.internals.KafkaFutureImpl;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class TopicAdminTest {

  private static Kafka kafka;
  private static Admin admin;
  private static TopicAdmin topics;

  @BeforeAll
  static void start(@TempDir Path directory) throws Exception {
    kafka = new Kafka(directory);
    admin = Admin.create(kafka.config().admin());
    topics = new TopicAdmin(admin, Kafka.PATIENCE);
  }

  @AfterAll
  static void stop() {
    admin.close();
    kafka.close();
  }

  @Test
  void shouldCreateTopicsOnceWhenSeveralProcessesRace() throws Exception {
    var specs =
        List.of(
            new TopicSpec("race-work", 8, Map.of("retention.ms", "-1")),
            new TopicSpec("race-plans", 1, Map.of("cleanup.policy", "compact")));
    var together = new CyclicBarrier(4);
    try (var processes = Executors.newVirtualThreadPerTaskExecutor()) {
      var done = new ArrayList<Future<Void>>();
      for (int i = 0; i < 4; i++) {
        done.add(
            processes.submit(
                () -> {
                  together.await();
                  topics.ensure(specs);
                  return null;
                }));
      }
      for (Future<Void> process : done) {
        process.get();
      }
    }
    topics.ensure(specs);

    assertThat(admin.describeTopics(List.of("race-work")).allTopicNames().get().get("race-work"))
        .satisfies(topic -> assertThat(topic.partitions()).hasSize(8));
  }

  @Test
  void shouldNameEveryDifferenceWhenTopicsAreNotAsExpected() throws Exception {
    topics.ensure(
        List.of(
            new TopicSpec("differs-work", 4, Map.of()),
            new TopicSpec("differs-plans", 1, Map.of("cleanup.policy", "delete"))));

    assertThatThrownBy(
            () ->
                topics.ensure(
                    List.of(
                        new TopicSpec("differs-work", 64, Map.of()),
                        new TopicSpec("differs-plans", 1, Map.of("cleanup.policy", "compact")))))
        .isInstanceOf(TopicException.class)
        .hasMessageContaining("topic differs-work has 4 partitions, expected 64")
        .hasMessageContaining("topic differs-plans has cleanup.policy=delete, expected compact");
  }

  @Test
  void shouldAcceptCleanupPoliciesInAnyOrder() throws Exception {
    topics.ensure(List.of(new TopicSpec("both", 1, Map.of("cleanup.policy", "compact,delete"))));
    topics.ensure(List.of(new TopicSpec("both", 1, Map.of("cleanup.policy", "delete,compact"))));
  }

  @Test
  void shouldAskAgainWhenTheBrokerHasNotHeardOfTheNewTopicYet() throws Exception {
    var asked = new AtomicInteger();
    Admin behind = answeringOnceLikeALaggingBroker(asked);

    new TopicAdmin(behind, Kafka.PATIENCE).ensure(List.of(new TopicSpec("late", 1, Map.of())));

    assertThat(asked).hasValue(2);
  }

  /** In a cluster the settings are asked of any broker, and not all hear of a topic at once. */
  private static Admin answeringOnceLikeALaggingBroker(AtomicInteger asked) {
    return (Admin)
        Proxy.newProxyInstance(
            Admin.class.getClassLoader(),
            new Class<?>[] {Admin.class},
            (proxy, method, args) -> {
              if (method.getName().equals("describeConfigs") && asked.getAndIncrement() == 0) {
                var unknown = new KafkaFutureImpl<Config>();
                unknown.completeExceptionally(new UnknownTopicOrPartitionException());
                return new DescribeConfigsResult(
                    Map.of(new ConfigResource(ConfigResource.Type.TOPIC, "late"), unknown)) {};
              }
              return method.invoke(admin, args);
            });
  }

  @Test
  void shouldSayWhatKafkaRefusesWhenASettingIsUnknown() {
    assertThatThrownBy(
            () -> topics.ensure(List.of(new TopicSpec("bad", 1, Map.of("no.such.setting", "1")))))
        .isInstanceOf(TopicException.class)
        .hasMessageContaining("topic bad")
        .hasMessageContaining("no.such.setting");
  }

  @Test
  void shouldUseOneReplicaWhenOneBrokerIsLive() throws Exception {
    assertThat(topics.replicationFactor()).isEqualTo((short) 1);
  }
}
