package io.tidemark.schemas.registry;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import javax.net.ssl.SSLContext;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.types.Password;

/**
 * How to reach the schema registry: the settings of Confluent's serializers, by their names.
 * References to secrets are resolved here, by the config providers that stand in the same map.
 */
public final class RegistrySettings extends AbstractConfig {

  /** Addresses of the registry; without it nothing here has an effect. */
  public static final String URL = "schema.registry.url";

  /** The class that writes records. */
  public static final String SERIALIZER = "avro.serializer.class";

  /** The class that reads records. */
  public static final String DESERIALIZER = "avro.deserializer.class";

  /** Whether schemas that are not there yet are registered. */
  public static final String AUTO_REGISTER = "auto.register.schemas";

  static final String PREFIX = "schema.registry.";
  private static final String KEY_NAMES = "key.subject.name.strategy";
  private static final String VALUE_NAMES = "value.subject.name.strategy";
  private static final String BASIC = "basic.auth.credentials.source";
  private static final String USER_INFO = "basic.auth.user.info";
  private static final String BEARER = "bearer.auth.credentials.source";
  private static final String TOKEN = "bearer.auth.token";
  private static final String CONNECT = PREFIX + "http.connect.timeout.ms";
  private static final String READ = PREFIX + "http.read.timeout.ms";
  private static final String RETRIES = PREFIX + "max.retries";
  private static final String WAIT = PREFIX + "retries.wait.ms";
  private static final String MAX_WAIT = PREFIX + "retries.max.wait.ms";
  private static final String TIMEOUT = PREFIX + "timeout.ms";

  /** What Confluent's serializers take with the prefix as well. */
  private static final List<String> MAY_BE_PREFIXED = List.of(BASIC, USER_INFO, BEARER, TOKEN);

  /** What says whose the other settings are, for they are judged by whose serdes they are for. */
  static final ConfigDef SERDES =
      new ConfigDef()
          .define(
              URL,
              Type.LIST,
              List.of(),
              Importance.HIGH,
              "Addresses of the schema registry, separated by commas; one that does not answer is"
                  + " passed over. Empty: there is none, and records travel in Avro's single-object"
                  + " encoding.")
          .define(
              SERIALIZER,
              Type.CLASS,
              null,
              Importance.LOW,
              "Kafka serializer that writes Tidemark's records. Empty:"
                  + " io.confluent.kafka.serializers.KafkaAvroSerializer where it is on the class"
                  + " path, else io.tidemark.schemas.registry.RegistrySerializer."
                  + " io.tidemark.schemas.registry.SingleObjectSerializer writes without the"
                  + " registry, and still reads with it.")
          .define(
              DESERIALIZER,
              Type.CLASS,
              null,
              Importance.LOW,
              "Kafka deserializer of what is in the registry's wire form. Empty:"
                  + " io.confluent.kafka.serializers.KafkaAvroDeserializer where it is on the class"
                  + " path, else io.tidemark.schemas.registry.RegistryDeserializer.");

  /** All settings, with defaults and units. */
  public static final ConfigDef DEFINITION =
      RegistryTls.define(
          new ConfigDef(SERDES)
              .define(
                  AUTO_REGISTER,
                  Type.BOOLEAN,
                  true,
                  Importance.MEDIUM,
                  "Whether each process registers, when it starts, the schemas that are not there"
                      + " yet, and sets the compatibility of their subjects to FULL_TRANSITIVE."
                      + " false: they must be there.")
              .define(
                  VALUE_NAMES,
                  Type.STRING,
                  "TopicNameStrategy",
                  Importance.MEDIUM,
                  "How subjects of values are called: TopicNameStrategy, RecordNameStrategy or"
                      + " TopicRecordNameStrategy, with or without their package.")
              .define(
                  KEY_NAMES,
                  Type.STRING,
                  "TopicNameStrategy",
                  Importance.LOW,
                  "The same for keys. Tidemark's own keys are plain text and have none.")
              .define(
                  BASIC,
                  Type.STRING,
                  "URL",
                  Importance.MEDIUM,
                  "Where user and password come from: URL (user:password@ in the address, if it is"
                      + " there) or USER_INFO.")
              .define(
                  USER_INFO,
                  Type.PASSWORD,
                  null,
                  Importance.MEDIUM,
                  "user:password, with USER_INFO.")
              .define(
                  BEARER,
                  Type.STRING,
                  "",
                  Importance.MEDIUM,
                  "Where the bearer token comes from: STATIC_TOKEN, or empty if there is none.")
              .define(
                  TOKEN, Type.PASSWORD, null, Importance.MEDIUM, "The token, with STATIC_TOKEN.")
              .define(
                  CONNECT,
                  Type.INT,
                  5_000,
                  Range.between(1, 600_000),
                  Importance.LOW,
                  "How long a connection may take, milliseconds.")
              .define(
                  READ,
                  Type.INT,
                  10_000,
                  Range.between(1, 600_000),
                  Importance.LOW,
                  "How long an answer may take, milliseconds.")
              .define(
                  RETRIES,
                  Type.INT,
                  5,
                  Range.between(0, 100),
                  Importance.LOW,
                  "How often all addresses are asked again when none answers, a count.")
              .define(
                  WAIT,
                  Type.INT,
                  500,
                  Range.between(0, 600_000),
                  Importance.LOW,
                  "Longest wait before the first of these, milliseconds; it doubles each time.")
              .define(
                  MAX_WAIT,
                  Type.INT,
                  8_000,
                  Range.between(0, 600_000),
                  Importance.LOW,
                  "What it doubles up to, milliseconds.")
              .define(
                  TIMEOUT,
                  Type.INT,
                  15_000,
                  Range.between(1, 600_000),
                  Importance.LOW,
                  "How long a question may take in all, over all addresses, retries and waits,"
                      + " milliseconds."));

  /**
   * An address of the registry.
   *
   * @param base without user, password and the slash at the end
   * @param authorization the header to send; empty: none
   */
  record Endpoint(URI base, Optional<String> authorization) {
    /** Without the header: that holds a secret. */
    @Override
    public String toString() {
      return base.toString();
    }
  }

  private final List<Endpoint> endpoints;
  private final SubjectNames keyNames;
  private final SubjectNames valueNames;

  private RegistrySettings(Map<String, ?> properties) {
    super(DEFINITION, properties, false);
    this.keyNames = names(KEY_NAMES);
    this.valueNames = names(VALUE_NAMES);
    Optional<String> given = authorization();
    this.endpoints = getList(URL).stream().map(url -> endpoint(url.strip(), given)).toList();
  }

  /**
   * Reads them out of Kafka client properties; others there are not looked at.
   *
   * @throws ConfigException if one cannot be used; the message holds no secret
   */
  public static RegistrySettings of(Map<String, ?> properties) {
    Map<String, Object> plain = new HashMap<>(properties);
    for (String name : MAY_BE_PREFIXED) {
      if (plain.containsKey(PREFIX + name)) {
        plain.put(name, plain.get(PREFIX + name));
      }
    }
    return new RegistrySettings(plain);
  }

  /** Whether a client property is one of these, and means nothing to a Kafka client. */
  public static boolean owns(String property) {
    return DEFINITION.names().contains(property)
        || (property.startsWith(PREFIX)
            && MAY_BE_PREFIXED.contains(property.substring(PREFIX.length())));
  }

  /**
   * Refuses names that look like these and are none: a typing error in an address would go
   * unnoticed.
   *
   * @throws ConfigException naming the first, and those that there are
   */
  static void refuseUnknown(Set<String> properties) {
    for (String name : new TreeSet<>(properties)) {
      if (name.startsWith(PREFIX) && !owns(name)) {
        throw new ConfigException(
            "unknown setting "
                + name
                + "; there are "
                + names().stream().filter(n -> n.startsWith(PREFIX)).sorted().toList());
      }
    }
  }

  /** Names of all of them. */
  public static Set<String> names() {
    return DEFINITION.names();
  }

  /** Whether there is a registry. */
  boolean present() {
    return !endpoints.isEmpty();
  }

  List<Endpoint> endpoints() {
    return endpoints;
  }

  SubjectNames subjects(boolean key) {
    return key ? keyNames : valueNames;
  }

  boolean autoRegister() {
    return getBoolean(AUTO_REGISTER);
  }

  int connectMs() {
    return getInt(CONNECT);
  }

  int readMs() {
    return getInt(READ);
  }

  int retries() {
    return getInt(RETRIES);
  }

  int waitMs() {
    return getInt(WAIT);
  }

  int maxWaitMs() {
    return getInt(MAX_WAIT);
  }

  int timeoutMs() {
    return getInt(TIMEOUT);
  }

  /** How to speak TLS to it; empty: nothing was set, the JDK decides. */
  Optional<SSLContext> tls() {
    return RegistryTls.context(values());
  }

  private SubjectNames names(String setting) {
    String name = getString(setting);
    return SubjectNames.of(name)
        .orElseThrow(
            () ->
                new ConfigException(
                    setting,
                    name,
                    "use TopicNameStrategy, RecordNameStrategy or TopicRecordNameStrategy"));
  }

  /** The header that settings of their own ask for; a password in an address is not one of them. */
  private Optional<String> authorization() {
    String basic = getString(BASIC).strip().toUpperCase(Locale.ROOT);
    String bearer = getString(BEARER).strip().toUpperCase(Locale.ROOT);
    Optional<String> token = secret(TOKEN);
    Optional<String> user = secret(USER_INFO);
    if (!List.of("URL", "USER_INFO").contains(basic)) {
      throw new ConfigException(BASIC, basic, "use URL or USER_INFO");
    }
    if (!List.of("", "STATIC_TOKEN").contains(bearer)) {
      throw new ConfigException(BEARER, bearer, "use STATIC_TOKEN, or leave it empty");
    }
    boolean withToken = !bearer.isEmpty() || token.isPresent();
    if (withToken && basic.equals("USER_INFO")) {
      throw new ConfigException(
          "both a user (" + BASIC + ") and a bearer token (" + TOKEN + ") are set; keep one");
    }
    if (withToken) {
      return Optional.of("Bearer " + required(token, TOKEN, BEARER + "=STATIC_TOKEN"));
    }
    return basic.equals("USER_INFO")
        ? Optional.of(basic(required(user, USER_INFO, BASIC + "=USER_INFO")))
        : Optional.empty();
  }

  private Optional<String> secret(String setting) {
    Password value = getPassword(setting);
    return value == null || value.value().isBlank()
        ? Optional.empty()
        : Optional.of(value.value().strip());
  }

  private static String required(Optional<String> value, String setting, String because) {
    return value.orElseThrow(() -> new ConfigException(setting + " is missing, with " + because));
  }

  private static String basic(String userAndPassword) {
    return "Basic "
        + Base64.getEncoder().encodeToString(userAndPassword.getBytes(StandardCharsets.UTF_8));
  }

  private static Endpoint endpoint(String url, Optional<String> given) {
    URI uri;
    try {
      uri = URI.create(url);
    } catch (IllegalArgumentException e) {
      uri = URI.create("");
    }
    if (uri.getHost() == null || !List.of("http", "https").contains(uri.getScheme())) {
      // Not shown: it may hold a password.
      throw new ConfigException(
          URL + ": one of its addresses is none; write http://host:port or https://host:port");
    }
    String path = uri.getRawPath() == null ? "" : uri.getRawPath().replaceFirst("/+$", "");
    URI base =
        URI.create(
            uri.getScheme()
                + "://"
                + uri.getHost()
                + (uri.getPort() < 0 ? "" : ":" + uri.getPort())
                + path);
    return new Endpoint(base, given.or(() -> Optional.ofNullable(uriUser(url))));
  }

  private static String uriUser(String url) {
    String user = URI.create(url).getUserInfo();
    return user == null ? null : basic(user);
  }

  /** The addresses as they may be shown. */
  String shown() {
    List<String> shown = new ArrayList<>();
    endpoints.forEach(e -> shown.add(e.toString()));
    return String.join(", ", shown);
  }
}
