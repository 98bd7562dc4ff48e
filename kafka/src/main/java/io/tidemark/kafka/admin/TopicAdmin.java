package io.tidemark.kafka.admin;

import io.tidemark.kafka.client.KafkaUnreachableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Makes topics what they must be: creates those that are missing, verifies those that exist. */
public final class TopicAdmin {

  private static final int MAX_REPLICATION = 3;
  private static final int POLL_MILLIS = 50;

  private final Admin admin;
  private final Duration timeout;

  /**
   * @param admin used, and left open
   * @param timeout for all of one {@link #ensure}
   */
  public TopicAdmin(Admin admin, Duration timeout) {
    this.admin = admin;
    this.timeout = timeout;
  }

  /**
   * Creates the missing topics with {@link #replicationFactor()}, then verifies the number of
   * partitions and {@code cleanup.policy} of all. Nothing happens to a topic that exists. Any
   * number of processes may call this at once. On return every partition has a leader.
   *
   * @throws TopicException if an existing topic differs or Kafka refuses to create one
   * @throws KafkaUnreachableException if Kafka did not answer in time
   */
  public void ensure(Collection<TopicSpec> specs)
      throws TopicException, KafkaUnreachableException, InterruptedException {
    var deadline = new Deadline(timeout);
    var missing = new ArrayList<TopicSpec>();
    Map<String, Optional<TopicDescription>> found = describe(specs, deadline);
    for (TopicSpec spec : specs) {
      if (found.get(spec.name()).isEmpty()) {
        missing.add(spec);
      }
    }
    if (!missing.isEmpty()) {
      create(missing, deadline);
    }
    verify(specs, awaitLeaders(specs, deadline), deadline);
  }

  /** Replicas of a new topic: min(3, live brokers). */
  public short replicationFactor()
      throws TopicException, KafkaUnreachableException, InterruptedException {
    return replicationFactor(new Deadline(timeout));
  }

  private short replicationFactor(Deadline deadline)
      throws TopicException, KafkaUnreachableException, InterruptedException {
    var options = new DescribeClusterOptions().timeoutMs(deadline.millisLeft());
    int brokers = get(admin.describeCluster(options).nodes(), "the number of brokers").size();
    return (short) Math.min(MAX_REPLICATION, brokers);
  }

  private void create(List<TopicSpec> missing, Deadline deadline)
      throws TopicException, KafkaUnreachableException, InterruptedException {
    short replicas = replicationFactor(deadline);
    var topics = new ArrayList<NewTopic>();
    for (TopicSpec spec : missing) {
      topics.add(new NewTopic(spec.name(), spec.partitions(), replicas).configs(spec.configs()));
    }
    var options = new CreateTopicsOptions().timeoutMs(deadline.millisLeft());
    for (Map.Entry<String, KafkaFuture<Void>> created :
        admin.createTopics(topics, options).values().entrySet()) {
      try {
        get(created.getValue(), "topic " + created.getKey());
      } catch (TopicException e) {
        // Another process was faster: what it made is verified like any other.
        if (!(e.getCause() instanceof TopicExistsException)) {
          throw e;
        }
      }
    }
  }

  /** A new topic is not known to every broker at once. */
  private Map<String, TopicDescription> awaitLeaders(Collection<TopicSpec> specs, Deadline deadline)
      throws TopicException, KafkaUnreachableException, InterruptedException {
    while (true) {
      var ready = new LinkedHashMap<String, TopicDescription>();
      var waiting = new TreeSet<String>();
      describe(specs, deadline)
          .forEach(
              (name, description) -> {
                if (description.isPresent() && hasLeaders(description.get())) {
                  ready.put(name, description.get());
                } else {
                  waiting.add(name);
                }
              });
      if (waiting.isEmpty()) {
        return ready;
      }
      if (deadline.millisLeft() <= POLL_MILLIS) {
        throw new KafkaUnreachableException(
            "topics "
                + waiting
                + " have partitions without a leader after "
                + timeout.toMillis()
                + " ms; check that all brokers are up",
            null);
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }
  }

  private static boolean hasLeaders(TopicDescription topic) {
    return topic.partitions().stream().allMatch(p -> p.leader() != null && !p.leader().isEmpty());
  }

  private Map<String, Optional<TopicDescription>> describe(
      Collection<TopicSpec> specs, Deadline deadline)
      throws TopicException, KafkaUnreachableException, InterruptedException {
    List<String> names = specs.stream().map(TopicSpec::name).toList();
    var options = new DescribeTopicsOptions().timeoutMs(deadline.millisLeft());
    var found = new LinkedHashMap<String, Optional<TopicDescription>>();
    for (Map.Entry<String, KafkaFuture<TopicDescription>> topic :
        admin.describeTopics(names, options).topicNameValues().entrySet()) {
      try {
        found.put(topic.getKey(), Optional.of(get(topic.getValue(), "topic " + topic.getKey())));
      } catch (TopicException e) {
        if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
          throw e;
        }
        found.put(topic.getKey(), Optional.empty());
      }
    }
    return found;
  }

  private void verify(
      Collection<TopicSpec> specs, Map<String, TopicDescription> found, Deadline deadline)
      throws TopicException, KafkaUnreachableException, InterruptedException {
    var differences = new ArrayList<String>();
    Map<ConfigResource, Config> configs = configs(specs, deadline);
    for (TopicSpec spec : specs) {
      differences.addAll(
          TopicDifferences.of(
              spec,
              found.get(spec.name()).partitions().size(),
              configs.get(resource(spec)).get(TopicConfig.CLEANUP_POLICY_CONFIG).value()));
    }
    if (!differences.isEmpty()) {
      throw new TopicException(String.join("\n", differences), null);
    }
  }

  /** The broker that is asked may not have heard yet of a topic that another one has told of. */
  private Map<ConfigResource, Config> configs(Collection<TopicSpec> specs, Deadline deadline)
      throws TopicException, KafkaUnreachableException, InterruptedException {
    List<ConfigResource> resources = specs.stream().map(TopicAdmin::resource).toList();
    while (true) {
      var options = new DescribeConfigsOptions().timeoutMs(deadline.millisLeft());
      try {
        return get(admin.describeConfigs(resources, options).all(), "the settings of the topics");
      } catch (TopicException e) {
        if (!(e.getCause() instanceof UnknownTopicOrPartitionException)
            || deadline.millisLeft() <= POLL_MILLIS) {
          throw e;
        }
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }
  }

  private static ConfigResource resource(TopicSpec spec) {
    return new ConfigResource(ConfigResource.Type.TOPIC, spec.name());
  }

  private static <T> T get(Future<T> answer, String what)
      throws TopicException, KafkaUnreachableException, InterruptedException {
    try {
      return answer.get();
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      if (cause instanceof RetriableException
          && !(cause instanceof UnknownTopicOrPartitionException)) {
        throw new KafkaUnreachableException(
            "Kafka did not answer for " + what + ": " + cause.getMessage() + "; check the brokers",
            cause);
      }
      throw new TopicException("Kafka refuses " + what + ": " + cause.getMessage(), cause);
    }
  }

  private record Deadline(long endNanos) {

    Deadline(Duration timeout) {
      this(System.nanoTime() + timeout.toNanos());
    }

    /** At least 1: Kafka takes no smaller timeout. */
    int millisLeft() {
      return (int) Math.max(1, TimeUnit.NANOSECONDS.toMillis(endNanos - System.nanoTime()));
    }
  }
}
