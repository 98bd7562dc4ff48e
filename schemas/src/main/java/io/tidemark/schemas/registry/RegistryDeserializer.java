package io.tidemark.schemas.registry;

import java.util.Map;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * Reads values in the registry's wire form as {@link RegistryRecords#read} does: a Kafka
 * deserializer for any consumer, configured as Confluent's is ({@link RegistrySettings}).
 */
public class RegistryDeserializer implements Deserializer<Object> {

  private RegistryRecords records;

  @Override
  public void configure(Map<String, ?> configs, boolean isKey) {
    records = RegistryRecords.of(configs);
  }

  @Override
  public Object deserialize(String topic, byte[] data) {
    return records.read(data);
  }
}
