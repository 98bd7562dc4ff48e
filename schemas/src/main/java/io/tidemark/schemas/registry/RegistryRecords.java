package io.tidemark.schemas.registry;

import io.tidemark.schemas.serde.AvroBody;
import io.tidemark.schemas.serde.MalformedRecordException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DatumReader;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.SerializationException;

/**
 * Anybody's values in the registry's wire form ({@code 00}, the schema's id in 4 bytes, Avro's
 * binary form), byte for byte as Confluent's serializers write and read them. Schemas are kept: the
 * registry is asked once for each. Thread-safe; nothing to close.
 */
public final class RegistryRecords {

  private record Subject(String name, Schema schema) {}

  private final RegistrySettings settings;
  private final RegistryClient client;
  private final GenericData model = new GenericData();
  private final Map<Integer, DatumReader<Object>> readers = new ConcurrentHashMap<>();
  private final Map<Subject, Integer> ids = new ConcurrentHashMap<>();

  private RegistryRecords(RegistrySettings settings) {
    this.settings = settings;
    this.client = new RegistryClient(settings);
  }

  /**
   * Of the registry that these properties name; it is not asked yet.
   *
   * @param properties those of {@link RegistrySettings}; others are not looked at
   * @throws ConfigException if one cannot be used, or {@code schema.registry.url} is missing
   */
  public static RegistryRecords of(Map<String, ?> properties) {
    RegistrySettings settings = RegistrySettings.of(properties);
    if (!settings.present()) {
      throw new ConfigException(RegistrySettings.URL + " is missing");
    }
    return of(settings);
  }

  static RegistryRecords of(RegistrySettings settings) {
    return new RegistryRecords(settings);
  }

  RegistryClient client() {
    return client;
  }

  /** The registry's addresses, without credentials; for messages. */
  public String shown() {
    return client.shown();
  }

  /** The schema's id in a value; empty if the value is not in the registry's wire form. */
  public static Optional<Integer> idIn(byte[] value) {
    return WireFormat.headed(value) ? Optional.of(WireFormat.id(value)) : Optional.empty();
  }

  /**
   * The schema that a value was written with.
   *
   * @throws MalformedRecordException if it is not in the wire form, or the registry knows no such
   *     id
   * @throws RegistryUnavailableException if no registry answers in time
   * @throws RegistryException if the registry refuses, or it is no Avro schema
   */
  public Schema schemaOf(byte[] value) {
    int id =
        idIn(value)
            .orElseThrow(
                () ->
                    new MalformedRecordException(
                        "no value in the schema registry's wire form: "
                            + value.length
                            + " bytes that do not begin with 00 and a schema id"));
    return client
        .find(id)
        .orElseThrow(
            () ->
                new MalformedRecordException(
                    "a value of schema "
                        + id
                        + ", which the schema registry at "
                        + client.shown()
                        + " does not know: it was written with another registry, or is corrupt"));
  }

  /**
   * The value, as the schema has it that it was written with: a {@code GenericRecord} of a record;
   * strings are {@code Utf8}, or {@code String} where the schema says so. Null for null.
   *
   * @throws MalformedRecordException as {@link #schemaOf}, and if it is corrupt
   * @throws RegistryUnavailableException if no registry answers in time
   * @throws RegistryException if the registry refuses, or it is no Avro schema
   */
  public Object read(byte[] value) {
    if (value == null) {
      return null;
    }
    Schema schema = schemaOf(value);
    DatumReader<Object> reader =
        readers.computeIfAbsent(
            WireFormat.id(value), id -> new GenericDatumReader<>(schema, schema, model));
    return AvroBody.read(reader, value, WireFormat.HEADER, schema.getFullName());
  }

  /**
   * Registers the schema of what a topic will hold, or looks it up where {@code
   * auto.register.schemas=false}; later calls for the same ask nobody.
   *
   * @param key whether it is that of keys
   * @return its id
   * @throws RegistryUnavailableException if no registry answers in time
   * @throws RegistryException if the registry refuses it, or must know it and does not
   */
  public int prepare(String topic, boolean key, Schema schema) {
    Subject subject = new Subject(settings.subjects(key).subject(topic, key, schema), schema);
    Integer known = ids.get(subject);
    if (known == null) {
      known = id(subject);
      ids.put(subject, known);
    }
    return known;
  }

  private int id(Subject subject) {
    if (settings.autoRegister()) {
      return client.register(subject.name(), subject.schema());
    }
    return client
        .idOf(subject.name(), subject.schema())
        .orElseThrow(
            () ->
                new RegistryException(
                    "the schema registry at "
                        + client.shown()
                        + " has no such schema under subject "
                        + subject.name()
                        + ", and "
                        + RegistrySettings.AUTO_REGISTER
                        + "=false; register it there:\n"
                        + subject.schema(),
                    0));
  }

  /**
   * The value with its header; null for null.
   *
   * @param key whether it is a key
   * @throws SerializationException if it does not go with the schema
   * @throws RegistryUnavailableException as {@link #prepare}
   * @throws RegistryException as {@link #prepare}
   */
  public byte[] write(String topic, boolean key, Schema schema, Object value) {
    if (value == null) {
      return null;
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(WireFormat.header(prepare(topic, key, schema)));
    BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(bytes, null);
    try {
      new GenericDatumWriter<>(schema, model).write(value, encoder);
      encoder.flush();
    } catch (IOException | AvroRuntimeException | ClassCastException e) {
      throw new SerializationException(
          "cannot encode a " + schema.getFullName() + ": " + e.getMessage(), e);
    }
    return bytes.toByteArray();
  }
}
