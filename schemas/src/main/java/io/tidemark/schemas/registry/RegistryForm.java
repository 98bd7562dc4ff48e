package io.tidemark.schemas.registry;

import io.tidemark.schemas.serde.AvroSerde;
import io.tidemark.schemas.serde.MalformedRecordException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;

/** The registry's form by our own two questions. */
final class RegistryForm implements RecordForm {

  private record Held(String topic, Schema schema) {}

  private final RegistryRecords records;
  private final RegistryClient client;
  private final Map<Held, byte[]> headers = new ConcurrentHashMap<>();

  RegistryForm(RegistryRecords records) {
    this.records = records;
    this.client = records.client();
  }

  @Override
  public <T extends SpecificRecord> byte[] write(String topic, AvroSerde<T> serde, T value) {
    return serde.encode(header(topic, serde.schema()), value);
  }

  private byte[] header(String topic, Schema schema) {
    Held held = new Held(topic, schema);
    byte[] known = headers.get(held);
    if (known == null) {
      known = WireFormat.header(records.prepare(topic, false, schema));
      headers.put(held, known);
    }
    return known;
  }

  @Override
  public <T extends SpecificRecord> T read(String topic, AvroSerde<T> serde, byte[] value) {
    if (!WireFormat.headed(value)) {
      throw new MalformedRecordException(
          "a corrupt " + serde.schema().getName() + " of " + value.length + " bytes: cut short");
    }
    int id = WireFormat.id(value);
    Optional<Schema> writer = client.find(id);
    if (writer.isPresent()) {
      return serde.decode(writer.get(), value, WireFormat.HEADER);
    }
    throw lost(topic, serde, value, id, client.shown());
  }

  /** An id that the registry does not know: our own record, or one that is corrupt? */
  static RuntimeException lost(
      String topic, AvroSerde<?> serde, byte[] value, int id, String registry) {
    String name = serde.schema().getName();
    if (serde.reads(value, WireFormat.HEADER)) {
      return new RegistryException(
          "topic %s holds a %s of schema %d, which the schema registry at %s does not know; is it the one that was written with? Restore it, or point %s at that one"
              .formatted(topic, name, id, registry, RegistrySettings.URL),
          0);
    }
    return new MalformedRecordException(
        "no %s: schema %d, which the schema registry at %s does not know; another program writes to this topic, or the record is corrupt"
            .formatted(name, id, registry));
  }

  @Override
  public boolean met(byte[] value) {
    return !WireFormat.headed(value) || client.met(WireFormat.id(value));
  }

  @Override
  public void meet(byte[] value) {
    if (WireFormat.headed(value)) {
      client.find(WireFormat.id(value));
    }
  }

  @Override
  public void prepare(String topic, Schema schema) {
    header(topic, schema);
  }
}
