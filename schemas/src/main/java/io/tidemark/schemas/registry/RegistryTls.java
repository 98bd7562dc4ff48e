package io.tidemark.schemas.registry;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.security.ssl.DefaultSslEngineFactory;

/** Kafka's own TLS settings for the registry, with a prefix: stores as files, or as PEM text. */
final class RegistryTls {

  private static final String PREFIX = RegistrySettings.PREFIX;

  private RegistryTls() {}

  static ConfigDef define(ConfigDef definition) {
    text(
        definition,
        SslConfigs.SSL_TRUSTSTORE_LOCATION_CONFIG,
        "File with the certificates that are trusted. Empty: the JDK's.");
    text(definition, SslConfigs.SSL_TRUSTSTORE_TYPE_CONFIG, "JKS, PKCS12 or PEM. Empty: JKS.");
    text(
        definition,
        SslConfigs.SSL_KEYSTORE_LOCATION_CONFIG,
        "File with this client's key, where the registry asks for one.");
    text(definition, SslConfigs.SSL_KEYSTORE_TYPE_CONFIG, "JKS, PKCS12 or PEM. Empty: JKS.");
    secret(definition, SslConfigs.SSL_TRUSTSTORE_PASSWORD_CONFIG, "Password of that file.");
    secret(
        definition,
        SslConfigs.SSL_TRUSTSTORE_CERTIFICATES_CONFIG,
        "The trusted certificates as PEM text, instead of a file; the type is then PEM.");
    secret(definition, SslConfigs.SSL_KEYSTORE_PASSWORD_CONFIG, "Password of that file.");
    secret(definition, SslConfigs.SSL_KEY_PASSWORD_CONFIG, "Password of the key in it.");
    secret(
        definition,
        SslConfigs.SSL_KEYSTORE_KEY_CONFIG,
        "The key as PEM text, instead of a file; the type is then PEM.");
    secret(
        definition,
        SslConfigs.SSL_KEYSTORE_CERTIFICATE_CHAIN_CONFIG,
        "The certificates of that key, PEM text.");
    return definition;
  }

  private static void text(ConfigDef definition, String name, String meaning) {
    definition.define(PREFIX + name, Type.STRING, null, Importance.MEDIUM, meaning);
  }

  private static void secret(ConfigDef definition, String name, String meaning) {
    definition.define(PREFIX + name, Type.PASSWORD, null, Importance.MEDIUM, meaning);
  }

  /**
   * The context that these settings ask for; empty if there are none.
   *
   * @param settings as the definition has parsed them
   * @throws ConfigException if a store cannot be read
   */
  static Optional<SSLContext> context(Map<String, ?> settings) {
    Map<String, Object> given = new HashMap<>();
    settings.forEach(
        (name, value) -> {
          if (name.startsWith(PREFIX + "ssl.") && value != null) {
            given.put(name.substring(PREFIX.length()), value);
          }
        });
    if (given.isEmpty()) {
      return Optional.empty();
    }
    try (DefaultSslEngineFactory factory = new DefaultSslEngineFactory()) {
      factory.configure(new ConfigDef().withClientSslSupport().parse(given));
      return Optional.of(factory.sslContext());
    } catch (KafkaException e) {
      throw new ConfigException(
          PREFIX
              + "ssl.*: "
              + e.getMessage()
              + (e.getCause() == null ? "" : " (" + e.getCause().getMessage() + ")")
              + "; check the files, their types and passwords");
    }
  }
}
