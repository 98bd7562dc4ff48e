package io.tidemark.schemas.registry;

import io.tidemark.schemas.serde.AvroSerde;
import io.tidemark.schemas.serde.MalformedRecordException;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;

/** Without a registry. */
final class SingleObjectForm implements RecordForm {

  @Override
  public <T extends SpecificRecord> byte[] write(String topic, AvroSerde<T> serde, T value) {
    return serde.serialize(topic, value);
  }

  /** Passing over a record of ours because a setting is missing would lose work: it is told. */
  @Override
  public <T extends SpecificRecord> T read(String topic, AvroSerde<T> serde, byte[] value) {
    if (WireFormat.headed(value) && serde.reads(value, WireFormat.HEADER)) {
      throw new RegistryException(
          "topic %s holds a %s in the wire form of a schema registry (schema %d), and none is known here; set %s in --command-config, with %s=%s if nothing more shall be written so"
              .formatted(
                  topic,
                  serde.schema().getName(),
                  WireFormat.id(value),
                  RegistrySettings.URL,
                  RegistrySettings.SERIALIZER,
                  SingleObjectSerializer.class.getName()),
          0);
    }
    throw new MalformedRecordException(
        "no "
            + serde.schema().getName()
            + ": "
            + value.length
            + " bytes that begin like the wire form of a schema registry (00) and hold none;"
            + " another program writes to this topic, or the record is corrupt");
  }

  @Override
  public void prepare(String topic, Schema schema) {}
}
