package io.tidemark.connectors.kafka;

import io.tidemark.core.lifecycle.Slice;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.OffsetRange;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.TopicPartition;

/**
 * A Kafka partition of a topic that was there once: {@code orders-3@wGNrKUTMQzWBq0S2JYbSLQ}. The id
 * tells the topic from another one that was created under its name later.
 *
 * @param id the topic's id
 */
record Stream(String topic, int partition, String id) {

  private static final Pattern FORM = Pattern.compile("(.+)-(\\d+)@([^@]+)");

  /**
   * The stream of a slice.
   *
   * @throws IllegalArgumentException if it is none of a topic
   */
  static Stream of(Slice slice) {
    if (slice instanceof Slice.Offsets offsets) {
      Matcher m = FORM.matcher(offsets.range().getStream());
      if (m.matches()) {
        return new Stream(m.group(1), Integer.parseInt(m.group(2)), m.group(3));
      }
    }
    throw new IllegalArgumentException("not offsets of a topic: " + slice);
  }

  /** Offsets [from, to) of it. */
  Slice slice(long from, long to) {
    return new Slice.Offsets(new OffsetRange(toString(), from, to));
  }

  TopicPartition topicPartition() {
    return new TopicPartition(topic, partition);
  }

  /** Refuses a topic that is not the one planned. */
  void refuseAnother(TopicAdmin.Topic now, KafkaErrors errors) throws TaskException {
    if (!now.id().equals(id)) {
      throw errors.fatal(
          "the topic was deleted and created anew since it was planned: its id was "
              + id
              + " and is "
              + now.id()
              + "; plan again under a new name");
    }
  }

  @Override
  public String toString() {
    return topic + "-" + partition + "@" + id;
  }
}
