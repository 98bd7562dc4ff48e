package io.tidemark.schemas.registry;

import io.tidemark.schemas.serde.AvroSerde;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Serializer;

/**
 * Writes Tidemark's own records without the registry. As {@code avro.serializer.class} it is the
 * way back: what others wrote with the registry is still read with it.
 */
public final class SingleObjectSerializer implements Serializer<Object> {

  private final Map<Class<?>, AvroSerde<SpecificRecord>> serdes = new ConcurrentHashMap<>();

  /**
   * The record's bytes; null for null.
   *
   * @throws SerializationException if it is none of Tidemark's own
   */
  @Override
  @SuppressWarnings("unchecked") // The class is the record's own.
  public byte[] serialize(String topic, Object data) {
    if (data == null) {
      return null;
    }
    if (data instanceof SpecificRecord record) {
      return serdes
          .computeIfAbsent(record.getClass(), type -> AvroSerde.of((Class<SpecificRecord>) type))
          .serialize(topic, record);
    }
    throw new SerializationException(
        "a " + data.getClass().getName() + " where one of Tidemark's records belongs");
  }
}
