package io.tidemark.kafka.client;

import io.tidemark.schemas.registry.RecordSerdes;
import io.tidemark.schemas.registry.RegistrySettings;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The settings with which this process reaches Kafka: bootstrap servers and the user's own client
 * properties (security, timeouts), from which it makes settings for each kind of client; and how
 * records travel there.
 *
 * <p>Values may name secrets as {@code ${env:NAME}}, {@code ${file:/path:key}} and {@code
 * ${directory:/path:file}}. They stay references in here and in all that this class returns; each
 * Kafka client resolves them for itself. That they can be resolved is checked at once.
 */
public final class ClientConfig {

  /** What exactly-once rests on: set by Tidemark alone. */
  private static final List<String> RESERVED =
      List.of(
          ProducerConfig.ACKS_CONFIG,
          ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
          ProducerConfig.TRANSACTIONAL_ID_CONFIG,
          ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG,
          ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG,
          ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG,
          ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG,
          ConsumerConfig.GROUP_ID_CONFIG,
          ConsumerConfig.GROUP_INSTANCE_ID_CONFIG,
          ConsumerConfig.ISOLATION_LEVEL_CONFIG,
          ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
          ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
          ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG);

  /** Without those of the schema registry: Kafka's clients would warn of what they do not know. */
  private final Map<String, String> settings;

  private final RecordSerdes serdes;

  private ClientConfig(Map<String, String> settings, RecordSerdes serdes) {
    this.settings = Map.copyOf(settings);
    this.serdes = serdes;
  }

  /**
   * Settings without a properties file.
   *
   * @param bootstrapServers {@code host:port}, several separated by commas
   */
  public static ClientConfig of(String bootstrapServers) throws ClientConfigException {
    return of(bootstrapServers, Map.of());
  }

  /**
   * Settings from a properties file, as Kafka's own tools take it with {@code --command-config}.
   *
   * @param bootstrapServers wins over the file's {@code bootstrap.servers}; empty: the file has it
   * @throws ClientConfigException if the file cannot be read or what it holds cannot be used
   */
  public static ClientConfig load(Optional<String> bootstrapServers, Path commandConfig)
      throws ClientConfigException {
    var properties = new Properties();
    try (Reader reader = Files.newBufferedReader(commandConfig)) {
      properties.load(reader);
    } catch (IOException | IllegalArgumentException e) {
      throw new ClientConfigException(
          "cannot read the Kafka client settings "
              + commandConfig
              + " ("
              + e
              + "); check --command-config",
          e);
    }
    var settings = new HashMap<String, String>();
    for (String name : properties.stringPropertyNames()) {
      settings.put(name, properties.getProperty(name));
    }
    String servers =
        bootstrapServers.orElseGet(
            () -> settings.getOrDefault(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, ""));
    return of(servers, settings);
  }

  /**
   * Settings from a map of client properties.
   *
   * @param bootstrapServers {@code host:port}, several separated by commas; wins over the map
   * @param properties Kafka client properties, and those of the schema registry; may be empty
   * @throws ClientConfigException if a property is reserved to Tidemark or cannot be used, a
   *     reference to a secret cannot be resolved, or there are no bootstrap servers
   */
  public static ClientConfig of(String bootstrapServers, Map<String, String> properties)
      throws ClientConfigException {
    var errors = new ArrayList<String>();
    if (bootstrapServers.isBlank()) {
      errors.add("no Kafka to connect to; give --bootstrap-server host:port");
    }
    for (String name : new TreeMap<>(properties).keySet()) {
      if (RESERVED.contains(name)) {
        errors.add(
            name + " is set by Tidemark itself, exactly-once rests on it; remove it from the file");
      }
    }
    var settings = new LinkedHashMap<String, String>(properties);
    settings.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
    SecretReferences.enable(settings);
    errors.addAll(SecretReferences.unresolved(settings));
    RecordSerdes serdes = RecordSerdes.singleObject();
    if (errors.isEmpty()) {
      try {
        serdes = RecordSerdes.of(settings);
      } catch (ConfigException e) {
        errors.add(e.getMessage());
      }
    }
    if (!errors.isEmpty()) {
      throw new ClientConfigException(
          "Kafka client settings: " + String.join("\nKafka client settings: ", errors), null);
    }
    settings.keySet().removeIf(RegistrySettings::owns);
    return new ClientConfig(settings, serdes);
  }

  /** As given by the user; for messages. */
  public String bootstrapServers() {
    return settings.get(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG);
  }

  /** How records travel: by a schema registry, if these settings name one. */
  public RecordSerdes serdes() {
    return serdes;
  }

  /** Settings of an admin client. */
  public Map<String, Object> admin() {
    return base();
  }

  /**
   * Settings of a consumer of bytes that sees committed records only, starts at the beginning and
   * commits nothing by itself. It has no group: whoever joins one adds {@code group.id}.
   */
  public Map<String, Object> consumer() {
    Map<String, Object> consumer = base();
    consumer.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    consumer.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    consumer.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    consumer.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    consumer.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    consumer.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    return consumer;
  }

  /** Settings of an idempotent producer of bytes; whoever wants transactions adds an id. */
  public Map<String, Object> producer() {
    Map<String, Object> producer = base();
    producer.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
    producer.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
    producer.put(ProducerConfig.ACKS_CONFIG, "all");
    producer.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    // A broker that does not lead a new topic yet refuses the first batch and may take the second,
    // after which the first fails until its delivery times out (KAFKA-15591).
    producer.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 1);
    producer.putIfAbsent(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
    return producer;
  }

  private Map<String, Object> base() {
    return new HashMap<>(settings);
  }

  /** Names the servers and never a setting's value: those may hold secrets. */
  @Override
  public String toString() {
    return "Kafka at " + bootstrapServers();
  }
}
