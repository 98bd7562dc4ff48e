package io.tidemark.schemas.topic;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Names of the topics of one namespace: {@code <namespace>.<what>} or {@code
 * <namespace>.<what>.<domain>}. Every method that takes a domain throws {@link
 * IllegalArgumentException}, with the remedy, if it is not a legal one.
 */
public final class Topics {

  /** The namespace where none is configured. */
  public static final String DEFAULT_NAMESPACE = "tidemark";

  /** The domain of a spec that names none. */
  public static final String DEFAULT_DOMAIN = "default";

  /** Queues of a domain where no number is configured. */
  public static final int DEFAULT_QUEUES = 64;

  /** Kafka's limit is 249 characters for the whole name; these leave room for suffixes. */
  private static final int MAX_NAMESPACE = 120;

  private static final int MAX_DOMAIN = 63;

  private static final Pattern NAMESPACE =
      Pattern.compile("[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\\.[A-Za-z0-9-]*[A-Za-z0-9])*");

  private static final Pattern DOMAIN = Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?");

  private final String namespace;

  /**
   * @param namespace prefix of every name: letters, digits, {@code -} and {@code .}, at most 120
   *     characters. No {@code _}: Kafka's metrics cannot tell it from {@code .}
   * @throws IllegalArgumentException if it is not a legal one
   */
  public Topics(String namespace) {
    if (namespace.length() > MAX_NAMESPACE || !NAMESPACE.matcher(namespace).matches()) {
      throw new IllegalArgumentException(
          "namespace '"
              + namespace
              + "' cannot start Kafka topic names: use 1 to "
              + MAX_NAMESPACE
              + " letters, digits, '-' and '.', beginning and ending with a letter or digit, such"
              + " as '"
              + DEFAULT_NAMESPACE
              + "'");
    }
    this.namespace = namespace;
  }

  /** The namespace. */
  public String namespace() {
    return namespace;
  }

  /** Name of the plans topic. */
  public String plans() {
    return name(Topic.PLANS);
  }

  /** Name of that domain's work topic. */
  public String work(String domain) {
    return name(Topic.WORK, domain);
  }

  /** Name of that domain's checkpoints topic. */
  public String checkpoints(String domain) {
    return name(Topic.CHECKPOINTS, domain);
  }

  /** Name of that domain's ledger topic. */
  public String ledger(String domain) {
    return name(Topic.LEDGER, domain);
  }

  /** Name of the progress topic. */
  public String progress() {
    return name(Topic.PROGRESS);
  }

  /** Name of the commands topic. */
  public String commands() {
    return name(Topic.COMMANDS);
  }

  /** Name of the decisions topic. */
  public String decisions() {
    return name(Topic.DECISIONS);
  }

  /** Name of the directives topic. */
  public String directives() {
    return name(Topic.DIRECTIVES);
  }

  /** Name of the workers topic. */
  public String workers() {
    return name(Topic.WORKERS);
  }

  /** Name of that domain's dead-letters topic. */
  public String deadLetters(String domain) {
    return name(Topic.DEAD_LETTERS, domain);
  }

  /** Name of the alerts topic. */
  public String alerts() {
    return name(Topic.ALERTS);
  }

  /** Id of the consumer group that the workers of a domain form. */
  public String workerGroup(String domain) {
    return namespace + ".workers." + domain;
  }

  /** Transactional id of a worker's producer. */
  public String transactionalId(String domain, String worker) {
    return namespace + "-" + domain + "-" + worker;
  }

  /**
   * Every topic that these domains need: first those of the namespace, then each domain's, domains
   * in alphabetical order.
   *
   * @param domains at least one
   * @param queues Kafka partitions of each domain's topics, at least 1
   * @throws IllegalArgumentException if an argument is out of bounds
   */
  public List<TopicDefinition> definitions(Set<String> domains, int queues) {
    if (domains.isEmpty()) {
      throw new IllegalArgumentException(
          "no domain given; name at least one, such as '" + DEFAULT_DOMAIN + "'");
    }
    if (queues < 1) {
      throw new IllegalArgumentException(
          "a domain needs at least 1 queue, not " + queues + "; the default is " + DEFAULT_QUEUES);
    }
    List<TopicDefinition> all = new ArrayList<>();
    for (Topic topic : Topic.values()) {
      if (!topic.perDomain()) {
        all.add(definition(topic, name(topic), 1));
      }
    }
    for (String domain : new TreeSet<>(domains)) {
      for (Topic topic : Topic.values()) {
        if (topic.perDomain()) {
          all.add(definition(topic, name(topic, domain), queues));
        }
      }
    }
    return List.copyOf(all);
  }

  private static TopicDefinition definition(Topic topic, String name, int partitions) {
    return new TopicDefinition(name, partitions, topic.configs(), topic.value(), topic.writer());
  }

  private String name(Topic topic) {
    return namespace + "." + topic.what();
  }

  private String name(Topic topic, String domain) {
    if (domain.length() > MAX_DOMAIN || !DOMAIN.matcher(domain).matches()) {
      throw new IllegalArgumentException(
          "domain '"
              + domain
              + "' cannot end Kafka topic names: use 1 to "
              + MAX_DOMAIN
              + " lower-case letters, digits and '-', beginning and ending with a letter or digit,"
              + " such as '"
              + DEFAULT_DOMAIN
              + "'");
    }
    return name(topic) + "." + domain;
  }
}
