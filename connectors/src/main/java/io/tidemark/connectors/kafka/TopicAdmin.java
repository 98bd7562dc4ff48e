package io.tidemark.connectors.kafka;

import io.tidemark.core.retry.TaskException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Asks a cluster about topics, and makes them. Thread-safe. */
final class TopicAdmin implements AutoCloseable {

  private static final int PATIENCE_MS = 30_000;
  private static final long POLL_MS = 100;

  private final KafkaErrors errors;
  private final Admin admin;

  TopicAdmin(KafkaEndpoint endpoint, KafkaErrors errors) throws TaskException {
    this.errors = errors;
    try {
      admin = Admin.create(endpoint.admin());
    } catch (KafkaException e) {
      throw errors.of("connecting", e);
    }
  }

  /**
   * A topic as it is now.
   *
   * @param id changes when it is deleted and created anew
   * @param allowed what the cluster lets us do with it; empty: it does not tell
   */
  record Topic(String id, int partitions, Set<AclOperation> allowed) {}

  /** The topic, if it is there. */
  Optional<Topic> find(String topic) throws TaskException {
    DescribeTopicsOptions options =
        new DescribeTopicsOptions().includeAuthorizedOperations(true).timeoutMs(PATIENCE_MS);
    try {
      TopicDescription found =
          admin.describeTopics(List.of(topic), options).topicNameValues().get(topic).get();
      Set<AclOperation> allowed = found.authorizedOperations();
      return Optional.of(
          new Topic(
              found.topicId().toString(),
              found.partitions().size(),
              allowed == null ? Set.of() : allowed));
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException) {
        return Optional.empty();
      }
      throw errors.of("looking for topic " + topic, e);
    } catch (InterruptedException e) {
      throw errors.of("looking for topic " + topic, e);
    }
  }

  /** The topic, which must be there. */
  Topic get(String topic) throws TaskException {
    return find(topic)
        .orElseThrow(
            () -> errors.fatal("there is no topic '" + topic + "'; check its name, or create it"));
  }

  /**
   * What cleans a topic up, such as {@code compact,delete}; empty: we may not know.
   *
   * @param topic one that is there
   */
  Optional<String> cleanup(String topic) throws TaskException {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    try {
      return Optional.of(
          admin
              .describeConfigs(List.of(resource))
              .values()
              .get(resource)
              .get()
              .get(TopicConfig.CLEANUP_POLICY_CONFIG)
              .value());
    } catch (ExecutionException e) {
      if (e.getCause() instanceof AuthorizationException) {
        return Optional.empty();
      }
      throw errors.of("asking for the settings of topic " + topic, e);
    } catch (InterruptedException e) {
      throw errors.of("asking for the settings of topic " + topic, e);
    }
  }

  /** Creates a topic, unless somebody else just has. */
  void create(
      String topic,
      Optional<Integer> partitions,
      Optional<Short> replication,
      Map<String, String> config)
      throws TaskException {
    NewTopic wanted = new NewTopic(topic, partitions, replication).configs(config);
    KafkaFuture<Void> made =
        admin.createTopics(List.of(wanted), new CreateTopicsOptions().timeoutMs(PATIENCE_MS)).all();
    try {
      made.get();
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof TopicExistsException)) {
        throw errors.of("creating topic " + topic, e);
      }
    } catch (InterruptedException e) {
      throw errors.of("creating topic " + topic, e);
    }
  }

  /**
   * Waits until a topic that was created is known where we ask.
   *
   * @throws TaskException UNAVAILABLE if it does not appear for so long
   */
  void awaitThere(String topic, Duration patience) throws TaskException {
    long since = System.nanoTime();
    while (find(topic).isEmpty()) {
      if (System.nanoTime() - since > patience.toNanos()) {
        throw errors.unavailable(
            "topic " + topic + " was created, and does not appear; are all brokers up?");
      }
      try {
        TimeUnit.MILLISECONDS.sleep(POLL_MS);
      } catch (InterruptedException e) {
        throw errors.of("waiting for topic " + topic, e);
      }
    }
  }

  @Override
  public void close() {
    admin.close(Duration.ofSeconds(5));
  }
}
