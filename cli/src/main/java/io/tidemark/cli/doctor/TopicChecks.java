package io.tidemark.cli.doctor;

import io.tidemark.kafka.admin.TopicDifferences;
import io.tidemark.kafka.admin.TopicSpec;
import io.tidemark.schemas.topic.TopicDefinition;
import io.tidemark.schemas.topic.Topics;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** The topics: there, as they must be, replicated, and open to this user. */
final class TopicChecks {

  private static final String CHECK = "topics";

  private final Admin admin;
  private final Topics topics;

  /**
   * What is known of the topics of the domains.
   *
   * @param any whether there is any, as far as this user may know
   * @param progress whether this user may read how backfills go
   */
  record Seen(List<Finding> findings, boolean any, boolean progress) {}

  private static final Set<AclOperation> NEEDED =
      Set.of(
          AclOperation.DESCRIBE,
          AclOperation.DESCRIBE_CONFIGS,
          AclOperation.READ,
          AclOperation.WRITE);

  TopicChecks(Admin admin, Topics topics) {
    this.admin = admin;
    this.topics = topics;
  }

  Seen look(Set<String> domains) throws InterruptedException {
    List<Finding> findings = new ArrayList<>();
    Set<String> hidden = new TreeSet<>();
    boolean progress = false;
    try {
      Map<String, TopicDescription> there = describe(domains, hidden);
      if (there.isEmpty() && hidden.isEmpty()) {
        return new Seen(
            List.of(
                Finding.warning(
                    CHECK,
                    "none of " + topics.namespace() + " is there yet",
                    "the first `tidemark plan` or `tidemark reconciler` makes them; else check"
                        + " --namespace")),
            false,
            false);
      }
      Set<String> told = rights(there, hidden, findings);
      progress = readable(there.get(topics.progress()));
      List<TopicSpec> specs = specs(domains, there);
      Map<String, Config> configs = configs(told);
      Set<String> missing = new TreeSet<>();
      for (TopicSpec spec : specs) {
        TopicDescription topic = there.get(spec.name());
        if (topic == null && !hidden.contains(spec.name())) {
          missing.add(spec.name());
        } else if (told.contains(spec.name())) {
          check(spec, topic, configs.get(spec.name()), findings);
        }
      }
      if (!missing.isEmpty()) {
        findings.add(
            Finding.failed(
                CHECK,
                "missing: " + String.join(", ", missing),
                "start `tidemark reconciler`, which makes what is missing; of a deleted one,"
                    + " everything in it is lost"));
      }
      if (findings.stream().allMatch(f -> f.level() == Finding.Level.WARNING)) {
        findings.add(0, Finding.ok(CHECK, specs.size() + " as they must be, read and written"));
      }
    } catch (ExecutionException e) {
      findings.add(Answers.failure(CHECK, e));
    }
    return new Seen(findings, true, progress);
  }

  private static boolean readable(TopicDescription topic) {
    return topic != null
        && Rights.missing(Set.of(AclOperation.READ), topic.authorizedOperations()).isEmpty();
  }

  /** Topics whose settings this user may see; what it may not do becomes findings. */
  private static Set<String> rights(
      Map<String, TopicDescription> there, Set<String> hidden, List<Finding> findings) {
    Set<String> told = new TreeSet<>();
    hidden.forEach(t -> findings.add(Rights.lacking(NEEDED, "topic", t)));
    new TreeMap<>(there)
        .forEach(
            (name, topic) -> {
              Set<AclOperation> missing = Rights.missing(NEEDED, topic.authorizedOperations());
              if (!missing.isEmpty()) {
                findings.add(Rights.lacking(missing, "topic", name));
              }
              if (!missing.contains(AclOperation.DESCRIBE_CONFIGS)) {
                told.add(name);
              }
            });
    return told;
  }

  /**
   * @param hidden gets those that this user may not even know to be there
   */
  private Map<String, TopicDescription> describe(Set<String> domains, Set<String> hidden)
      throws ExecutionException, InterruptedException {
    List<String> names =
        topics.definitions(domains, 1).stream().map(TopicDefinition::name).toList();
    Map<String, TopicDescription> there = new HashMap<>();
    for (Map.Entry<String, KafkaFuture<TopicDescription>> e :
        admin
            .describeTopics(names, new DescribeTopicsOptions().includeAuthorizedOperations(true))
            .topicNameValues()
            .entrySet()) {
      try {
        there.put(e.getKey(), Answers.of(e.getValue()));
      } catch (ExecutionException failure) {
        switch (failure.getCause()) {
          case UnknownTopicOrPartitionException absent -> {}
          case TopicAuthorizationException denied -> hidden.add(e.getKey());
          default -> throw failure;
        }
      }
    }
    return there;
  }

  /** A domain's number of queues is that of its work topic. */
  private List<TopicSpec> specs(Set<String> domains, Map<String, TopicDescription> there) {
    Map<String, TopicSpec> specs = new HashMap<>();
    for (String domain : domains) {
      TopicDescription work = there.get(topics.work(domain));
      int queues = work == null ? Topics.DEFAULT_QUEUES : work.partitions().size();
      for (TopicDefinition t : topics.definitions(Set.of(domain), queues)) {
        specs.put(t.name(), new TopicSpec(t.name(), t.partitions(), t.configs()));
      }
    }
    return specs.values().stream().sorted((a, b) -> a.name().compareTo(b.name())).toList();
  }

  private Map<String, Config> configs(Set<String> names)
      throws ExecutionException, InterruptedException {
    List<ConfigResource> resources =
        names.stream().map(n -> new ConfigResource(ConfigResource.Type.TOPIC, n)).toList();
    Map<String, Config> configs = new HashMap<>();
    Answers.of(admin.describeConfigs(resources).all())
        .forEach((resource, config) -> configs.put(resource.name(), config));
    return configs;
  }

  private static void check(
      TopicSpec spec, TopicDescription topic, Config config, List<Finding> findings) {
    String policy = config.get(TopicConfig.CLEANUP_POLICY_CONFIG).value();
    for (String difference : TopicDifferences.of(spec, topic.partitions().size(), policy)) {
      int remedy = difference.indexOf("; ");
      findings.add(
          Finding.failed(CHECK, difference.substring(0, remedy), difference.substring(remedy + 2)));
    }
    int least = Integer.parseInt(config.get(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG).value());
    long unwritable =
        topic.partitions().stream()
            .filter(p -> p.leader() == null || p.leader().isEmpty() || p.isr().size() < least)
            .count();
    int replicas = topic.partitions().stream().mapToInt(TopicChecks::replicas).min().orElse(0);
    if (replicas < least) {
      findings.add(
          Finding.failed(
              CHECK,
              "topic %s has %d replicas and min.insync.replicas=%d: nothing can be written to it"
                  .formatted(spec.name(), replicas, least),
              "add replicas, or lower min.insync.replicas"));
    } else if (unwritable > 0) {
      findings.add(
          Finding.failed(
              CHECK,
              "%d partitions of topic %s have no leader, or fewer in-sync replicas than %d"
                  .formatted(unwritable, spec.name(), least),
              "bring the brokers back that are away"));
    } else if (replicas > 1 && replicas == least) {
      findings.add(
          Finding.warning(
              CHECK,
              "topic %s has %d replicas and min.insync.replicas=%d: it stops when one broker does"
                  .formatted(spec.name(), replicas, least),
              "set min.insync.replicas=" + (replicas - 1)));
    }
  }

  private static int replicas(TopicPartitionInfo p) {
    return p.replicas().size();
  }
}
