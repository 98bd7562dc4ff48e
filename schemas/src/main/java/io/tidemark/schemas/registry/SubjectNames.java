package io.tidemark.schemas.registry;

import java.util.Arrays;
import java.util.Optional;
import org.apache.avro.Schema;

/** How a schema's subject in the registry is called: the strategies of Confluent's serializers. */
public enum SubjectNames {
  /** {@code <topic>-value} or {@code <topic>-key}: a topic holds one record type. */
  TOPIC_NAME("TopicNameStrategy"),
  /** The record's full name: the same schema in every topic. */
  RECORD_NAME("RecordNameStrategy"),
  /** {@code <topic>-<full name>}. */
  TOPIC_RECORD_NAME("TopicRecordNameStrategy");

  private final String strategy;

  SubjectNames(String strategy) {
    this.strategy = strategy;
  }

  /**
   * The strategy of a class name, with or without its package.
   *
   * @return empty if there is none of that name
   */
  static Optional<SubjectNames> of(String className) {
    String simple = className.substring(className.lastIndexOf('.') + 1);
    return Arrays.stream(values()).filter(s -> s.strategy.equals(simple)).findFirst();
  }

  /** The subject of what a topic holds. */
  public String subject(String topic, boolean key, Schema schema) {
    return switch (this) {
      case TOPIC_NAME -> topic + (key ? "-key" : "-value");
      case RECORD_NAME -> schema.getFullName();
      case TOPIC_RECORD_NAME -> topic + "-" + schema.getFullName();
    };
  }
}
