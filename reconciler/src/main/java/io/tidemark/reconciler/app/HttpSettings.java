package io.tidemark.reconciler.app;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.reconciler.status.Listener;
import io.tidemark.reconciler.status.ServerSettings;
import io.tidemark.reconciler.status.Tokens;
import io.tidemark.schemas.spec.SecretException;
import io.tidemark.schemas.spec.Secrets;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigException;

/**
 * Where and to whom the API answers. Beyond this machine only with tokens and TLS.
 *
 * @param host address to bind
 * @param port 0: any free one
 * @param advertised {@code host:port} under which other instances and users reach it; empty: as
 *     bound
 * @param tokens of callers; empty: everybody on this machine is an operator
 * @param tls key and certificates; empty: plain HTTP
 * @param maxBodyBytes of a request
 */
public record HttpSettings(
    String host,
    int port,
    Optional<String> advertised,
    Optional<Tokens> tokens,
    Optional<Listener.Tls> tls,
    int maxBodyBytes) {

  private static final String HOST = "http.host";
  private static final String PORT = "http.port";
  private static final String ADVERTISED = "http.advertised";
  private static final String TOKENS = "http.tokens";
  private static final String TOKENS_FILE = "http.tokens.file";
  private static final String KEYSTORE = "http.tls.keystore";
  private static final String KEYSTORE_PASSWORD = "http.tls.keystore.password";
  private static final String MAX_BODY = "http.max.body.bytes";

  static ConfigDef define(ConfigDef definition) {
    return definition
        .define(
            HOST,
            ConfigDef.Type.STRING,
            "127.0.0.1",
            Importance.MEDIUM,
            "Address that the API binds to. Any other than loopback needs tokens and TLS.")
        .define(
            PORT,
            ConfigDef.Type.INT,
            8080,
            Range.between(0, 65_535),
            Importance.MEDIUM,
            "Port of the API; 0: any free one.")
        .define(
            ADVERTISED,
            ConfigDef.Type.STRING,
            "",
            Importance.MEDIUM,
            "host:port under which other reconcilers and users reach the API; empty: as bound.")
        .define(
            TOKENS,
            ConfigDef.Type.PASSWORD,
            "",
            Importance.MEDIUM,
            "As http.tokens.file, the lines separated by commas: ${env:TIDEMARK_TOKENS}, say.")
        .define(
            TOKENS_FILE,
            ConfigDef.Type.STRING,
            "",
            Importance.HIGH,
            "File of those who may call: lines '<name> <reader|operator> <token>'. Empty: everybody"
                + " on this machine may do everything. Read at the start.")
        .define(
            KEYSTORE,
            ConfigDef.Type.STRING,
            "",
            Importance.HIGH,
            "Keystore (PKCS12 or JKS) with the key and the certificates of this server. Other"
                + " reconcilers are trusted by the same certificates.")
        .define(
            KEYSTORE_PASSWORD,
            ConfigDef.Type.PASSWORD,
            "",
            Importance.HIGH,
            "Its password, as a reference: ${file:/path:key}, ${dir:/path:file} or ${env:NAME}.")
        .define(
            MAX_BODY,
            ConfigDef.Type.INT,
            65_536,
            Range.between(1_024, 1 << 24),
            Importance.LOW,
            "Bytes that the body of a request may have.");
  }

  /**
   * Reads the settings and the files they name.
   *
   * @throws ConfigException if that cannot be, or must not be
   */
  static HttpSettings of(AbstractConfig c) {
    String host = c.getString(HOST);
    Optional<Tokens> tokens = tokens(c);
    Optional<Listener.Tls> tls = tls(c);
    requireSafe(host, tokens.isPresent(), tls.isPresent());
    return new HttpSettings(host, c.getInt(PORT), advertised(c), tokens, tls, c.getInt(MAX_BODY));
  }

  private static void requireSafe(String host, boolean tokens, boolean tls) {
    if (loopback(host)) {
      return;
    }
    List<String> missing = new ArrayList<>();
    if (!tokens) {
      missing.add(TOKENS_FILE + " (lines '<name> <reader|operator> <token>')");
    }
    if (!tls) {
      missing.add(KEYSTORE + " and " + KEYSTORE_PASSWORD);
    }
    if (!missing.isEmpty()) {
      throw new ConfigException(
          HOST,
          host,
          "other machines can reach this address: set "
              + String.join(", and ", missing)
              + "; or use 127.0.0.1");
    }
  }

  private static boolean loopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      throw new ConfigException(HOST, host, "no such host; use 127.0.0.1");
    }
  }

  private static Optional<String> advertised(AbstractConfig c) {
    String text = c.getString(ADVERTISED);
    if (!text.isEmpty() && !text.matches("([A-Za-z0-9._-]+|\\[[0-9a-fA-F:.]+]):[1-9][0-9]{0,4}")) {
      throw new ConfigException(ADVERTISED, text, "write host:port");
    }
    return Optional.of(text).filter(t -> !t.isEmpty());
  }

  private static Optional<Tokens> tokens(AbstractConfig c) {
    String file = c.getString(TOKENS_FILE);
    String inline = resolved(TOKENS, c.getPassword(TOKENS).value());
    if (!file.isEmpty() && !inline.isEmpty()) {
      throw new ConfigException(TOKENS + " and " + TOKENS_FILE + " are both set; use one");
    }
    try {
      if (!inline.isEmpty()) {
        return Optional.of(Tokens.parse(TOKENS, List.of(inline.split("[,\n]"))));
      }
      return file.isEmpty()
          ? Optional.empty()
          : Optional.of(Tokens.parse(file, Files.readAllLines(Path.of(file))));
    } catch (IOException e) {
      throw new ConfigException(TOKENS_FILE, file, "it cannot be read: " + e);
    } catch (IllegalArgumentException e) {
      throw new ConfigException(e.getMessage());
    }
  }

  private static Optional<Listener.Tls> tls(AbstractConfig c) {
    String file = c.getString(KEYSTORE);
    if (file.isEmpty()) {
      return Optional.empty();
    }
    String password = resolved(KEYSTORE_PASSWORD, c.getPassword(KEYSTORE_PASSWORD).value());
    try {
      KeyStore keys = KeyStore.getInstance(Path.of(file).toFile(), password.toCharArray());
      for (String alias : Collections.list(keys.aliases())) {
        if (keys.isKeyEntry(alias)) {
          return Optional.of(new Listener.Tls(keys, password));
        }
      }
    } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
      throw new ConfigException(
          KEYSTORE, file, "it cannot be opened; check the file and " + KEYSTORE_PASSWORD);
    }
    throw new ConfigException(KEYSTORE, file, "there is no private key in it");
  }

  /** What a reference to a secret names; other text as it is. */
  private static String resolved(String setting, String text) {
    ObjectNode settings = JsonNodeFactory.instance.objectNode().put(setting, text);
    try {
      return new Secrets().resolve("reconciler", settings).get(setting).asText();
    } catch (SecretException e) {
      throw new ConfigException(e.getMessage());
    }
  }

  Listener open() {
    return Listener.open(host, port, tls);
  }

  /** {@code host:port} under which it is reached. */
  String instance(Listener listener) {
    return advertised.orElseGet(() -> name() + ":" + listener.port());
  }

  private String name() {
    try {
      InetAddress address = InetAddress.getByName(host);
      String name =
          address.isAnyLocalAddress() ? InetAddress.getLocalHost().getCanonicalHostName() : host;
      return name.indexOf(':') >= 0 ? "[" + name + "]" : name;
    } catch (UnknownHostException e) {
      return host;
    }
  }

  ServerSettings server(String namespace, Listener listener) {
    return new ServerSettings(namespace, version(), instance(listener), tokens, maxBodyBytes);
  }

  /** As the jar says; {@code development} when it runs from classes. */
  private static String version() {
    return Optional.ofNullable(HttpSettings.class.getPackage().getImplementationVersion())
        .orElse("development");
  }
}
