package io.tidemark.schemas.topic;

import java.util.Map;
import org.apache.avro.Schema;

/**
 * A topic as it is to be created.
 *
 * @param name full name, such as {@code tidemark.work.default}
 * @param partitions Kafka partitions, at least 1
 * @param configs Kafka topic settings, such as {@code cleanup.policy}
 * @param value Avro schema of the values
 * @param writer the only one that may write it, in words
 */
public record TopicDefinition(
    String name, int partitions, Map<String, String> configs, Schema value, String writer) {
  public TopicDefinition {
    configs = Map.copyOf(configs);
  }
}
