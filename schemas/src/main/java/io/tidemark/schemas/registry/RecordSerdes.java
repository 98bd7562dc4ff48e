package io.tidemark.schemas.registry;

import io.tidemark.schemas.avro.Command;
import io.tidemark.schemas.avro.Decision;
import io.tidemark.schemas.serde.AvroSerde;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serializer;

/**
 * How Tidemark's records travel, by a process's Kafka client properties. Without {@code
 * schema.registry.url}, in Avro's single-object encoding, and nobody is asked anything. With it, in
 * the registry's wire form, by the configured serde classes; {@link #prepare} is the time to ask
 * the registry, so that nothing waits for it later. What steers a backfill is written in
 * single-object encoding in any case. Thread-safe; nothing to close.
 */
public final class RecordSerdes {

  /** The level that our schemas are held to, as {@code SchemaHistoryTest} holds them. */
  public static final String COMPATIBILITY = "FULL_TRANSITIVE";

  private static final String CONFLUENT = "io.confluent.kafka.serializers.KafkaAvro";
  private static final RecordForm SINGLE_OBJECT = new SingleObjectForm();

  /** What people ask, and what they are answered: nobody needs a registry to pause a backfill. */
  private static final Set<String> STEERING =
      Set.of(Command.getClassSchema().getFullName(), Decision.getClassSchema().getFullName());

  private final RecordForm writing;
  private final RecordForm reading;
  private final Optional<Registry> registry;

  private RecordSerdes(RecordForm writing, RecordForm reading, Optional<Registry> registry) {
    this.writing = writing;
    this.reading = reading;
    this.registry = registry;
  }

  /** Without a registry. */
  public static RecordSerdes singleObject() {
    return new RecordSerdes(SINGLE_OBJECT, SINGLE_OBJECT, Optional.empty());
  }

  /**
   * As the properties say; no registry is asked yet.
   *
   * @param properties those of {@link RegistrySettings}, and for serdes of others whatever they
   *     take
   * @throws ConfigException if one cannot be used; the message holds no secret
   */
  @SuppressWarnings("unchecked") // Serdes of any record, as configured.
  public static RecordSerdes of(Map<String, ?> properties) {
    RegistrySettings settings = RegistrySettings.of(properties);
    if (!settings.present()) {
      RegistrySettings.refuseUnknown(properties.keySet());
      return singleObject();
    }
    Class<?> serializer =
        serde(settings, RegistrySettings.SERIALIZER, "Serializer", RegistrySerializer.class);
    Class<?> deserializer =
        serde(settings, RegistrySettings.DESERIALIZER, "Deserializer", RegistryDeserializer.class);
    RegistryRecords records = RegistryRecords.of(settings);
    boolean back = serializer == SingleObjectSerializer.class;
    RecordForm form;
    if ((back || serializer == RegistrySerializer.class)
        && deserializer == RegistryDeserializer.class) {
      // Serdes of others may take more settings than are known here.
      RegistrySettings.refuseUnknown(properties.keySet());
      form = new RegistryForm(records);
    } else {
      form =
          new ForeignForm(
              (Serializer<Object>) made(serializer, Serializer.class, RegistrySettings.SERIALIZER),
              (Deserializer<Object>)
                  made(deserializer, Deserializer.class, RegistrySettings.DESERIALIZER),
              properties);
    }
    return new RecordSerdes(
        back ? SINGLE_OBJECT : form, form, Optional.of(new Registry(settings, records.client())));
  }

  private static Class<?> serde(
      RegistrySettings settings, String setting, String what, Class<?> ours) {
    Class<?> given = settings.getClass(setting);
    if (given != null) {
      return given;
    }
    try {
      return Class.forName(CONFLUENT + what, false, RecordSerdes.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      return ours;
    }
  }

  private static <T> T made(Class<?> type, Class<T> as, String setting) {
    try {
      return as.cast(type.getDeclaredConstructor().newInstance());
    } catch (ReflectiveOperationException | ClassCastException e) {
      throw new ConfigException(
          setting, type.getName(), "it is no Kafka " + as.getSimpleName() + " that can be made");
    }
  }

  /** The serde of a generated class. */
  public <T extends SpecificRecord> RecordSerde<T> of(Class<T> type) {
    AvroSerde<T> avro = AvroSerde.of(type);
    return new RecordSerde<>(
        avro, mayTravelByRegistry(avro.schema()) ? writing : SINGLE_OBJECT, reading);
  }

  /** Whether a registry must have a schema: commands and decisions never travel by one. */
  public static boolean mayTravelByRegistry(Schema schema) {
    return !STEERING.contains(schema.getFullName());
  }

  /** The registry, if there is one. */
  public Optional<Registry> registry() {
    return registry;
  }

  /**
   * Makes sure that the registry has these schemas, with their compatibility, and keeps their ids;
   * to be called when a process starts, before it reads or writes. Without a registry, and where it
   * is only read with, nothing happens.
   *
   * @param values the schema of the values of each topic
   * @throws RegistryUnavailableException if no registry answers in time
   * @throws RegistryException if the registry refuses, or must know a schema and does not
   */
  public void prepare(Map<String, Schema> values) {
    if (registry.isPresent() && writing != SINGLE_OBJECT) {
      values.forEach(
          (topic, schema) -> {
            if (mayTravelByRegistry(schema)) {
              registry.get().hold(topic, schema, COMPATIBILITY);
              writing.prepare(topic, schema);
            }
          });
    }
  }
}
