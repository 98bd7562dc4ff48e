package io.tidemark.kafka.journal;

import java.util.Objects;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * One record to append. Two appends are equal only if they are the same: their bytes are handed
 * over, never compared.
 *
 * @param to topic and Kafka partition
 * @param key serialized key; null for none
 * @param value serialized value; null deletes the key from a compacted topic
 * @param headers may be empty
 */
@SuppressWarnings("ArrayRecordComponent")
public record Append(TopicPartition to, byte[] key, byte[] value, Headers headers) {

  public Append {
    Objects.requireNonNull(to, "to");
    Objects.requireNonNull(headers, "headers");
  }

  /** A record without headers. */
  public Append(TopicPartition to, byte[] key, byte[] value) {
    this(to, key, value, new RecordHeaders());
  }
}
