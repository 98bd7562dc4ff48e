package io.tidemark.kafka.admin;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.config.TopicConfig;

/** What of a topic is not as it must be, each difference with its remedy. */
public final class TopicDifferences {

  private TopicDifferences() {}

  /**
   * Compares a topic with what it must be.
   *
   * @param partitions how many it has
   * @param cleanupPolicy its {@code cleanup.policy}
   * @return one line for each difference; empty: none
   */
  public static List<String> of(TopicSpec spec, int partitions, String cleanupPolicy) {
    List<String> differences = new ArrayList<>();
    if (partitions != spec.partitions()) {
      differences.add(
          "topic %s has %d partitions, expected %d; queues are bound to their number: use another"
                  .formatted(spec.name(), partitions, spec.partitions())
              + " namespace or domain, set the expected number to "
              + partitions
              + ", or delete the topic if nothing in it is needed");
    }
    String expected =
        spec.configs()
            .getOrDefault(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_DELETE);
    if (!policies(cleanupPolicy).equals(policies(expected))) {
      differences.add(
          "topic %s has cleanup.policy=%s, expected %s; set it with kafka-configs.sh --alter"
                  .formatted(spec.name(), cleanupPolicy, expected)
              + " --topic %s --add-config cleanup.policy=[%s]".formatted(spec.name(), expected));
    }
    return differences;
  }

  private static Set<String> policies(String value) {
    Set<String> policies = new TreeSet<>();
    for (String policy : value.split(",", -1)) {
      policies.add(policy.strip());
    }
    return policies;
  }
}
