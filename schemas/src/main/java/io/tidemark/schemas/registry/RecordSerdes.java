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

  private static final RecordForm SINGLE_OBJECT = new SingleObjectForm();

  /** What people ask, and what they are answered: nobody needs a registry to pause a backfill. */
  private static final Set<String> STEERING =
      Set.of(Command.getClassSchema().getFullName(), Decision.getClassSchema().getFullName());

  private final RecordForm writing;
  private final RecordForm reading;
  private final Optional<Registry> registry;
  private final Optional<String> foreign;

  private RecordSerdes(
      RecordForm writing,
      RecordForm reading,
      Optional<Registry> registry,
      Optional<String> foreign) {
    this.writing = writing;
    this.reading = reading;
    this.registry = registry;
    this.foreign = foreign;
  }

  /** Without a registry. */
  public static RecordSerdes singleObject() {
    return new RecordSerdes(SINGLE_OBJECT, SINGLE_OBJECT, Optional.empty(), Optional.empty());
  }

  /**
   * As the properties say; no registry is asked yet.
   *
   * @param properties those of {@link RegistrySettings}, or whatever serdes of others take
   * @throws ConfigException if one cannot be used; the message holds no secret of ours
   */
  public static RecordSerdes of(Map<String, ?> properties) {
    SerdeClasses classes = SerdeClasses.of(properties);
    if (!classes.ours()) {
      RecordForm form = classes.form(properties);
      return new RecordSerdes(
          classes.writesSingleObject() ? SINGLE_OBJECT : form,
          form,
          Optional.empty(),
          Optional.of(classes.toString()));
    }
    RegistrySettings settings = RegistrySettings.of(properties);
    RegistrySettings.refuseUnknown(properties.keySet());
    if (!settings.present()) {
      return singleObject();
    }
    RegistryRecords records = RegistryRecords.of(settings);
    RecordForm form = new RegistryForm(records);
    return new RecordSerdes(
        classes.writesSingleObject() ? SINGLE_OBJECT : form,
        form,
        Optional.of(new Registry(settings, records.client())),
        Optional.empty());
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

  /** The registry, if there is one and it is asked by our own serdes. */
  public Optional<Registry> registry() {
    return registry;
  }

  /** The classes of others that ask it instead: they alone know how. */
  public Optional<String> foreign() {
    return foreign;
  }

  /**
   * Makes sure that the registry has these schemas, with their compatibility, and keeps their ids;
   * to be called when a process starts, before it reads or writes. Without a registry, and where it
   * is only read with, nothing happens; serdes of others register schemas, and that is all.
   *
   * @param values the schema of the values of each topic
   * @throws RegistryUnavailableException if no registry answers in time
   * @throws RegistryException if the registry refuses, or must know a schema and does not
   */
  public void prepare(Map<String, Schema> values) {
    if (writing == SINGLE_OBJECT) {
      return;
    }
    values.forEach(
        (topic, schema) -> {
          if (mayTravelByRegistry(schema)) {
            registry.ifPresent(r -> r.hold(topic, schema, COMPATIBILITY));
            writing.prepare(topic, schema);
          }
        });
  }
}
