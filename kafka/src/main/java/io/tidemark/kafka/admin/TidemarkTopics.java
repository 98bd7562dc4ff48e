package io.tidemark.kafka.admin;

import io.tidemark.kafka.client.ClientConfig;
import io.tidemark.kafka.client.KafkaUnreachableException;
import io.tidemark.kafka.client.Reachable;
import io.tidemark.schemas.topic.TopicDefinition;
import io.tidemark.schemas.topic.Topics;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.avro.Schema;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Tidemark's own topics (DESIGN §2), made by whichever process comes first. */
public final class TidemarkTopics {

  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final Duration REACH = Duration.ofSeconds(10);

  private TidemarkTopics() {}

  /**
   * Creates the topics that are missing and verifies the others, and does the same for their
   * schemas where there is a registry. A domain whose work topic exists keeps its number of queues.
   *
   * @param domains the domains that the caller serves
   * @param queues queues of a new domain, at least 1
   * @return the number of queues of each domain
   * @throws KafkaUnreachableException if Kafka does not answer
   * @throws TopicException if a topic is not as it must be
   * @throws KafkaException if there is a schema registry, and it does not answer or refuses a
   *     schema
   */
  public static Map<String, Integer> ensure(
      ClientConfig config, Topics topics, Collection<String> domains, int queues)
      throws KafkaUnreachableException, TopicException, InterruptedException {
    Reachable.check(config.admin(), REACH);
    Map<String, Integer> found = new LinkedHashMap<>();
    Set<TopicSpec> specs = new LinkedHashSet<>();
    Map<String, Schema> values = new LinkedHashMap<>();
    try (Admin admin = Admin.create(config.admin())) {
      for (String domain : domains) {
        int q = existing(admin, topics.work(domain), queues);
        found.put(domain, q);
        for (TopicDefinition t : topics.definitions(Set.of(domain), q)) {
          specs.add(new TopicSpec(t.name(), t.partitions(), t.configs()));
          values.put(t.name(), t.value());
        }
      }
      new TopicAdmin(admin, TIMEOUT).ensure(specs);
    }
    config.serdes().prepare(values);
    return found;
  }

  private static int existing(Admin admin, String topic, int otherwise)
      throws InterruptedException, KafkaUnreachableException, TopicException {
    try {
      return admin
          .describeTopics(Set.of(topic))
          .topicNameValues()
          .get(topic)
          .get()
          .partitions()
          .size();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException) {
        return otherwise;
      }
      if (e.getCause() instanceof TimeoutException) {
        throw new KafkaUnreachableException(
            "Kafka did not say in time what topic " + topic + " is like; check the brokers",
            e.getCause());
      }
      throw new TopicException(
          "Kafka refuses topic " + topic + ": " + e.getCause().getMessage(), e.getCause());
    }
  }
}
