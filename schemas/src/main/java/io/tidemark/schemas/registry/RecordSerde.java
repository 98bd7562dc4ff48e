package io.tidemark.schemas.registry;

import io.tidemark.schemas.serde.AvroSerde;
import io.tidemark.schemas.serde.MalformedRecordException;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;

/**
 * A record in the form that this process writes; it reads both, Avro's single-object encoding and
 * the registry's wire form, so that a namespace may be switched while records of the other form are
 * still there. A null record is a tombstone: null bytes. Thread-safe; closing does nothing.
 *
 * @param <T> the generated class
 */
public final class RecordSerde<T extends SpecificRecord>
    implements Serde<T>, Serializer<T>, Deserializer<T> {

  private final AvroSerde<T> avro;
  private final RecordForm writing;
  private final RecordForm reading;

  RecordSerde(AvroSerde<T> avro, RecordForm writing, RecordForm reading) {
    this.avro = avro;
    this.writing = writing;
    this.reading = reading;
  }

  /**
   * The record's bytes; null for null.
   *
   * @throws SerializationException if a field that may not be null is, or has the wrong class
   * @throws RegistryUnavailableException if the schema was not prepared, and no registry answers
   * @throws RegistryException if the schema was not prepared, and the registry refuses it
   */
  @Override
  public byte[] serialize(String topic, T value) {
    return value == null ? null : writing.write(topic, avro, value);
  }

  /**
   * The record that the bytes hold; null for null.
   *
   * @throws MalformedRecordException if they hold none of this class
   * @throws RegistryUnavailableException if their schema was not met yet, and no registry answers
   *     in time: they may be good
   * @throws RegistryException if they cannot be read without somebody's help, though they may be
   *     good
   */
  @Override
  public T deserialize(String topic, byte[] data) {
    if (data == null) {
      return null;
    }
    return WireFormat.claimedBy(data)
        ? reading.read(topic, avro, data)
        : avro.deserialize(topic, data);
  }

  /** Whether {@link #deserialize} would ask nobody. */
  public boolean met(byte[] data) {
    return data == null || !WireFormat.claimedBy(data) || reading.met(data);
  }

  /**
   * Asks for the schema of a record, so that {@link #deserialize} need not.
   *
   * @throws RegistryUnavailableException if no registry answers in time
   * @throws RegistryException if the registry refuses
   */
  public void meet(byte[] data) {
    if (!met(data)) {
      reading.meet(data);
    }
  }

  @Override
  public Serializer<T> serializer() {
    return this;
  }

  @Override
  public Deserializer<T> deserializer() {
    return this;
  }

  @Override
  public void configure(Map<String, ?> configs, boolean isKey) {}

  @Override
  public void close() {}
}
