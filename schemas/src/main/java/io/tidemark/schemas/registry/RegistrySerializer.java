package io.tidemark.schemas.registry;

import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericContainer;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Serializer;

/**
 * Writes Avro records in the registry's wire form: a Kafka serializer for any producer, configured
 * as Confluent's is ({@link RegistrySettings}), and writing the same bytes.
 */
public class RegistrySerializer implements Serializer<Object> {

  private RegistryRecords records;
  private boolean key;

  @Override
  public void configure(Map<String, ?> configs, boolean isKey) {
    records = RegistryRecords.of(configs);
    key = isKey;
  }

  /**
   * The record's bytes; null for null.
   *
   * @throws SerializationException if it is no Avro record
   */
  @Override
  public byte[] serialize(String topic, Object data) {
    if (data == null) {
      return null;
    }
    if (data instanceof GenericContainer record) {
      Schema schema = record.getSchema();
      return records.write(topic, key, schema, record);
    }
    throw new SerializationException(
        "a " + data.getClass().getName() + " where an Avro record belongs");
  }
}
