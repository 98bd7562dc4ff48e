package io.tidemark.schemas.spec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigTransformer;
import org.apache.kafka.common.config.provider.ConfigProvider;
import org.apache.kafka.common.config.provider.DirectoryConfigProvider;
import org.apache.kafka.common.config.provider.EnvVarConfigProvider;
import org.apache.kafka.common.config.provider.FileConfigProvider;

/**
 * Resolves the references in a connector's settings, where the connector is opened and nowhere
 * before, through Kafka's own config providers: {@code ${env:NAME}}, {@code
 * ${file:/path/to.properties:key}}, {@code ${dir:/path:file}}. Thread-safe.
 */
public final class Secrets {

  private final Map<String, ConfigProvider> providers;

  /** With this process's environment. */
  public Secrets() {
    this(System.getenv());
  }

  /** With that environment in place of this process's. */
  public Secrets(Map<String, String> environment) {
    EnvVarConfigProvider env = new EnvVarConfigProvider(environment);
    env.configure(Map.of(EnvVarConfigProvider.ALLOWLIST_PATTERN_CONFIG, ".*"));
    FileConfigProvider file = new FileConfigProvider();
    file.configure(Map.of());
    DirectoryConfigProvider dir = new DirectoryConfigProvider();
    dir.configure(Map.of());
    this.providers = Map.of("env", env, "file", file, "dir", dir);
  }

  /**
   * A copy of the settings with every reference replaced by what it names.
   *
   * @param at where they stand in the spec, such as {@code source.jdbc}; for messages
   * @throws SecretException naming every reference that could not be resolved
   */
  public JsonNode resolve(String at, JsonNode config) throws SecretException {
    List<String> problems = new ArrayList<>();
    JsonNode resolved = copy(at, config, problems);
    if (!problems.isEmpty()) {
      throw new SecretException(problems);
    }
    return resolved;
  }

  /** As {@link #resolve(String, JsonNode)}, with paths relative to the settings. */
  public JsonNode resolve(JsonNode config) throws SecretException {
    return resolve("", config);
  }

  private JsonNode copy(String path, JsonNode node, List<String> problems) {
    if (node instanceof ObjectNode object) {
      ObjectNode copy = JsonNodeFactory.instance.objectNode();
      object
          .properties()
          .forEach(
              p ->
                  copy.set(
                      p.getKey(), copy(YamlTree.path(path, p.getKey()), p.getValue(), problems)));
      return copy;
    }
    if (node instanceof ArrayNode array) {
      ArrayNode copy = JsonNodeFactory.instance.arrayNode();
      for (int i = 0; i < array.size(); i++) {
        copy.add(copy(YamlTree.path(path, i), array.get(i), problems));
      }
      return copy;
    }
    return node.isTextual()
        ? JsonNodeFactory.instance.textNode(text(path, node.asText(), problems))
        : node;
  }

  private String text(String path, String text, List<String> problems) {
    Matcher reference = ConfigTransformer.DEFAULT_PATTERN.matcher(text);
    StringBuilder resolved = new StringBuilder();
    while (reference.find()) {
      String value = value(path, reference, problems);
      reference.appendReplacement(resolved, Matcher.quoteReplacement(value));
    }
    return reference.appendTail(resolved).toString();
  }

  /** What the reference names, or an empty text and a problem. */
  private String value(String path, Matcher reference, List<String> problems) {
    String name = reference.group(1);
    String file = reference.group(3) == null ? "" : reference.group(3);
    String key = reference.group(4);
    ConfigProvider provider = providers.get(name);
    String found = null;
    String why;
    if (provider == null) {
      why = "there is no provider '" + name + "'; there are: env, file, dir";
    } else {
      why =
          switch (name) {
            case "env" -> "the environment variable " + key + " is not set";
            case "file" -> "no properties file " + file + " that can be read has a key " + key;
            default -> "there is no readable file " + key + " in the folder " + file;
          };
      try {
        found = provider.get(file, Set.of(key)).data().get(key);
      } catch (KafkaException | IllegalArgumentException | UncheckedIOException e) {
        // A file that cannot be read, or a properties file in no such form; its text may hold
        // secrets, so the cause is named by its class alone.
        why += " (" + e.getClass().getSimpleName() + ")";
      }
    }
    if (found == null) {
      problems.add((path.isEmpty() ? "" : path + ": ") + why);
      return "";
    }
    return found;
  }
}
