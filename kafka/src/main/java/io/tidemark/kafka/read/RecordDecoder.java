package io.tidemark.kafka.read;

import io.tidemark.schemas.registry.RecordSerde;
import io.tidemark.schemas.registry.RecordSerdes;
import io.tidemark.schemas.serde.MalformedRecordException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decodes the values of a topic. A value that cannot be understood is set aside: whoever is in
 * charge hears its topic, partition, offset and the reason, and reading goes on. One that may be
 * good, but whose schema no registry tells, is not passed over.
 */
public final class RecordDecoder<T extends SpecificRecord> {

  private static final Logger log = LoggerFactory.getLogger(RecordDecoder.class);

  private final RecordSerde<T> serde;
  private final Consumer<String> setAside;

  private RecordDecoder(RecordSerde<T> serde, Consumer<String> setAside) {
    this.serde = serde;
    this.setAside = setAside;
  }

  /** A decoder that tells the log, as errors, what it set aside. */
  public static <T extends SpecificRecord> RecordDecoder<T> of(RecordSerdes serdes, Class<T> type) {
    return new RecordDecoder<>(serdes.of(type), log::error);
  }

  /**
   * A decoder that tells somebody else.
   *
   * @param setAside gets one line for each record that was set aside
   */
  public static <T extends SpecificRecord> RecordDecoder<T> of(
      RecordSerdes serdes, Class<T> type, Consumer<String> setAside) {
    return new RecordDecoder<>(serdes.of(type), setAside);
  }

  /**
   * Keeps the newest value of each thing that a topic tells of. A tombstone says that the thing was
   * archived: from then on it is as if it had never been.
   *
   * @param newest by name
   * @param name of the thing that a value tells of: where there are tombstones, the record's key
   * @throws KafkaException if its schema is not known here and cannot be found out now
   */
  public void keep(
      ConsumerRecord<byte[], byte[]> r, Map<String, T> newest, Function<T, String> name) {
    if (r.value() == null && r.key() != null) {
      newest.remove(new String(r.key(), StandardCharsets.UTF_8));
    }
    decode(r).ifPresent(value -> newest.put(name.apply(value), value));
  }

  /** Whether {@link #decode} would ask no schema registry. */
  public boolean met(ConsumerRecord<byte[], byte[]> r) {
    return serde.met(r.value());
  }

  /**
   * Asks for the schema of a record, so that {@link #decode} need not.
   *
   * @throws KafkaException if it cannot be found out now
   */
  public void meet(ConsumerRecord<byte[], byte[]> r) {
    serde.meet(r.value());
  }

  /**
   * The value of a record; empty for a tombstone and for what cannot be understood.
   *
   * @throws KafkaException if its schema is not known here and cannot be found out now
   */
  public Optional<T> decode(ConsumerRecord<byte[], byte[]> r) {
    try {
      return Optional.ofNullable(serde.deserialize(r.topic(), r.value()));
    } catch (MalformedRecordException e) {
      setAside.accept(
          e.at(r.topic(), r.partition(), r.offset()).getMessage()
              + "; set aside, the records after it are read");
      return Optional.empty();
    }
  }
}
