package io.tidemark.schemas.registry;

import java.util.Map;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serializer;

/**
 * Whose serdes records travel by, as the properties choose. Looked at first, and alone: the other
 * settings are for the classes, and what others take is not ours to judge.
 */
record SerdeClasses(Class<?> serializer, Class<?> deserializer) {

  private static final String CONFLUENT = "io.confluent.kafka.serializers.KafkaAvro";

  /**
   * Ours, where there is no registry.
   *
   * @throws ConfigException if there is no such class
   */
  static SerdeClasses of(Map<String, ?> properties) {
    AbstractConfig chosen = new AbstractConfig(RegistrySettings.SERDES, properties, false);
    if (chosen.getList(RegistrySettings.URL).isEmpty()) {
      return new SerdeClasses(RegistrySerializer.class, RegistryDeserializer.class);
    }
    return new SerdeClasses(
        chosen(chosen, RegistrySettings.SERIALIZER, "Serializer", RegistrySerializer.class),
        chosen(chosen, RegistrySettings.DESERIALIZER, "Deserializer", RegistryDeserializer.class));
  }

  private static Class<?> chosen(
      AbstractConfig config, String setting, String what, Class<?> otherwise) {
    Class<?> given = config.getClass(setting);
    if (given != null) {
      return given;
    }
    try {
      return Class.forName(CONFLUENT + what, false, SerdeClasses.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      return otherwise;
    }
  }

  /** Whether both are ours. */
  boolean ours() {
    return (writesSingleObject() || serializer == RegistrySerializer.class)
        && deserializer == RegistryDeserializer.class;
  }

  /** Whether the registry is only read with. */
  boolean writesSingleObject() {
    return serializer == SingleObjectSerializer.class;
  }

  /**
   * Both as others made them, with all that the properties say.
   *
   * @throws ConfigException if one is no Kafka serde that can be made, or does not take its
   *     settings
   */
  @SuppressWarnings("unchecked") // Serdes of any record, as configured.
  RecordForm form(Map<String, ?> properties) {
    return new ForeignForm(
        (Serializer<Object>) made(serializer, Serializer.class, RegistrySettings.SERIALIZER),
        (Deserializer<Object>)
            made(deserializer, Deserializer.class, RegistrySettings.DESERIALIZER),
        properties);
  }

  private static <T> T made(Class<?> type, Class<T> as, String setting) {
    try {
      return as.cast(type.getDeclaredConstructor().newInstance());
    } catch (ReflectiveOperationException | ClassCastException e) {
      throw new ConfigException(
          setting, type.getName(), "it is no Kafka " + as.getSimpleName() + " that can be made");
    }
  }

  /** For messages. */
  @Override
  public String toString() {
    return serializer.getName() + " and " + deserializer.getName();
  }
}
