package io.tidemark.schemas.registry;

import io.tidemark.schemas.serde.AvroSerde;
import io.tidemark.schemas.serde.MalformedRecordException;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificRecord;
import org.apache.avro.util.RandomData;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serializer;

/**
 * The registry's form by Kafka serdes that somebody else made, such as Confluent's own. They give
 * generic records, so that whatever they do, a record becomes one of our classes by our own rules:
 * it is encoded once more, as its writer had it.
 */
final class ForeignForm implements RecordForm {

  /** Of Confluent's deserializer: generic records, whatever classes there are. */
  private static final String SPECIFIC = "specific.avro.reader";

  private final Serializer<Object> serializer;
  private final Deserializer<Object> deserializer;

  /** Both as made, not configured yet. */
  ForeignForm(
      Serializer<Object> serializer, Deserializer<Object> deserializer, Map<String, ?> properties) {
    this.serializer = serializer;
    this.deserializer = deserializer;
    Map<String, Object> own = new HashMap<>(properties);
    own.put(SPECIFIC, false);
    serializer.configure(own, false);
    deserializer.configure(own, false);
  }

  @Override
  public <T extends SpecificRecord> byte[] write(String topic, AvroSerde<T> serde, T value) {
    return serializer.serialize(topic, value);
  }

  @Override
  public <T extends SpecificRecord> T read(String topic, AvroSerde<T> serde, byte[] value) {
    Object read;
    try {
      read = deserializer.deserialize(topic, value);
    } catch (RetriableException | RegistryException e) {
      throw e;
    } catch (SerializationException e) {
      if (unanswered(e)) {
        throw new RegistryUnavailableException(e.getMessage(), e);
      }
      if (WireFormat.headed(value) && serde.reads(value, WireFormat.HEADER)) {
        throw new RegistryException(
            "topic %s holds a %s of schema %d, which cannot be read: %s"
                .formatted(topic, serde.schema().getName(), WireFormat.id(value), e.getMessage()),
            0);
      }
      throw new MalformedRecordException(
          "no " + serde.schema().getName() + ": " + e.getMessage(), e);
    }
    if (read instanceof IndexedRecord record) {
      return serde.decode(record.getSchema(), body(record), 0);
    }
    throw new MalformedRecordException(
        "no record where a " + serde.schema().getName() + " belongs");
  }

  /** They tell of a registry that is away by a cause that is a failure of the network. */
  private static boolean unanswered(Throwable e) {
    for (Throwable t = e; t != null; t = t.getCause()) {
      if (t instanceof IOException && !(t instanceof EOFException)) {
        return true;
      }
    }
    return false;
  }

  private static byte[] body(IndexedRecord record) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(bytes, null);
    try {
      new GenericDatumWriter<>(record.getSchema(), new GenericData()).write(record, encoder);
      encoder.flush();
    } catch (IOException e) {
      throw new SerializationException(e.getMessage(), e);
    }
    return bytes.toByteArray();
  }

  /** Has them write and read any record of the schema: they keep what they learn by it. */
  @Override
  public void prepare(String topic, Schema schema) {
    Object any = new RandomData(schema, 1, 0L).iterator().next();
    deserializer.deserialize(topic, serializer.serialize(topic, any));
  }
}
