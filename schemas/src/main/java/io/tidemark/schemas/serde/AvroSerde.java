package io.tidemark.schemas.serde;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;
import org.apache.avro.io.DatumReader;
import org.apache.avro.message.BinaryMessageEncoder;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;

/**
 * A record as Avro single-object encoding: {@code C3 01}, the CRC-64-AVRO fingerprint of the
 * writer's schema (8 bytes, little endian), the Avro binary form. Reads every version that {@link
 * SchemaStore} holds, resolved into today's class; enum symbols younger than this release become
 * {@code UNKNOWN}. A null record is a tombstone: null bytes. Thread-safe; closing does nothing.
 *
 * @param <T> the generated class
 */
public final class AvroSerde<T extends SpecificRecord>
    implements Serde<T>, Serializer<T>, Deserializer<T> {

  private static final int HEADER = 2 + Long.BYTES;

  private final Schema schema;
  private final BinaryMessageEncoder<T> encoder;
  private final SpecificData model;
  private final Map<Long, DatumReader<T>> readers = new HashMap<>();

  /** Of schemas that come from elsewhere, as they are met. */
  private final Map<Schema, DatumReader<T>> others = new ConcurrentHashMap<>();

  private final SchemaStore store;

  private AvroSerde(Class<T> type, SchemaStore store) {
    this.model = new OwnClasses(type);
    this.schema = model.getSchema(type);
    this.store = store;
    // Without a copy the encoder hands out a buffer that its next call overwrites.
    this.encoder = new BinaryMessageEncoder<>(model, schema, true);
    for (Schema writer : store.versions(schema.getName())) {
      readers.put(SchemaStore.fingerprint(writer), reader(writer));
    }
    if (!readers.containsKey(SchemaStore.fingerprint(schema))) {
      throw new IllegalArgumentException(
          "the schema store holds no version of "
              + schema.getFullName()
              + " as it is now: only records that have a history may travel on their own");
    }
  }

  /**
   * The serde of a generated class.
   *
   * @throws IllegalArgumentException if records of that class do not travel on their own
   */
  public static <T extends SpecificRecord> AvroSerde<T> of(Class<T> type) {
    return of(type, SchemaStore.shipped());
  }

  static <T extends SpecificRecord> AvroSerde<T> of(Class<T> type, SchemaStore store) {
    return new AvroSerde<>(type, store);
  }

  @SuppressWarnings("unchecked") // Avro's factory is untyped; the schema is that of T.
  private DatumReader<T> reader(Schema writer) {
    return (DatumReader<T>) model.createDatumReader(writer, schema);
  }

  /**
   * The record's bytes; null for null.
   *
   * @param topic not used
   * @throws SerializationException if a field that may not be null is, or has the wrong class
   */
  @Override
  public byte[] serialize(String topic, T value) {
    if (value == null) {
      return null;
    }
    try {
      ByteBuffer bytes = encoder.encode(value);
      byte[] copy = new byte[bytes.remaining()];
      bytes.get(copy);
      return copy;
    } catch (IOException | RuntimeException e) {
      throw new SerializationException(
          "cannot encode a " + schema.getName() + ": " + e.getMessage(), e);
    }
  }

  /**
   * The record that the bytes hold; null for null.
   *
   * @param topic not used
   * @throws MalformedRecordException if they hold none of this class
   */
  @Override
  public T deserialize(String topic, byte[] data) {
    if (data == null) {
      return null;
    }
    return AvroBody.read(readerFor(data), data, HEADER, schema.getName());
  }

  /** Today's schema of the class. */
  public Schema schema() {
    return schema;
  }

  /**
   * The record's Avro binary form behind a header of another kind.
   *
   * @param header not changed
   * @throws SerializationException if a field that may not be null is, or has the wrong class
   */
  public byte[] encode(byte[] header, T value) {
    byte[] single = serialize(null, value);
    byte[] bytes = new byte[header.length + single.length - HEADER];
    System.arraycopy(header, 0, bytes, 0, header.length);
    System.arraycopy(single, HEADER, bytes, header.length, single.length - HEADER);
    return bytes;
  }

  /**
   * The record in Avro binary form that was written with any schema of its name, resolved into
   * today's class.
   *
   * @param writer the schema that it was written with
   * @param from where the record begins; it must end with the array
   * @throws MalformedRecordException if it is none of this class
   */
  public T decode(Schema writer, byte[] data, int from) {
    if (!writer.getFullName().equals(schema.getFullName())) {
      throw new MalformedRecordException(
          "a " + writer.getFullName() + " where a " + schema.getName() + " belongs");
    }
    return AvroBody.read(
        others.computeIfAbsent(writer, this::reader), data, from, schema.getName());
  }

  /**
   * Whether bytes read as a whole record of any version that was ever shipped: tells our own whose
   * schema cannot be found from what is corrupt or foreign.
   */
  public boolean reads(byte[] data, int from) {
    for (DatumReader<T> reader : readers.values()) {
      try {
        AvroBody.read(reader, data, from, schema.getName());
        return true;
      } catch (MalformedRecordException e) {
        // Not this version; perhaps the next.
      }
    }
    return false;
  }

  private DatumReader<T> readerFor(byte[] data) {
    if (data.length < HEADER || data[0] != (byte) 0xC3 || data[1] != 1) {
      throw new MalformedRecordException(
          "no "
              + schema.getName()
              + ": "
              + data.length
              + " bytes without the header of Avro's single-object encoding (C3 01); another"
              + " program writes to this topic, or the record is corrupt");
    }
    long fingerprint = ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN).getLong(2);
    DatumReader<T> reader = readers.get(fingerprint);
    if (reader != null) {
      return reader;
    }
    String hex = String.format("%016x", fingerprint);
    throw new MalformedRecordException(
        store
            .find(fingerprint)
            .map(other -> "a " + other.getName() + " where a " + schema.getName() + " belongs")
            .orElse(
                "no "
                    + schema.getName()
                    + " that this release knows: schema fingerprint "
                    + hex
                    + "; a newer release wrote it (upgrade this one), or the record is corrupt"));
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
