package io.tidemark.kafka.admin;

import java.util.Map;

/**
 * A topic as it must be.
 *
 * @param name full name, with namespace and domain
 * @param partitions number of Kafka partitions, at least 1
 * @param configs Kafka topic settings; of these {@code cleanup.policy} is also verified
 */
public record TopicSpec(String name, int partitions, Map<String, String> configs) {

  public TopicSpec {
    configs = Map.copyOf(configs);
    if (name.isBlank() || partitions < 1) {
      throw new IllegalArgumentException(
          "topic '" + name + "' with " + partitions + " partitions: a name and at least 1 needed");
    }
  }
}
