package io.tidemark.kafka.client;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.ConfigTransformer;
import org.apache.kafka.common.config.provider.ConfigProvider;
import org.apache.kafka.common.config.provider.DirectoryConfigProvider;
import org.apache.kafka.common.config.provider.EnvVarConfigProvider;
import org.apache.kafka.common.config.provider.FileConfigProvider;

/**
 * Kafka's config providers {@code env}, {@code file} and {@code directory}: enabled by default, and
 * checked. Kafka itself leaves a reference to something missing in place as if it were the value,
 * and the user meets a failed login instead of a missing variable.
 */
final class SecretReferences {

  private static final String PROVIDERS = "config.providers";

  private static final Map<String, Class<? extends ConfigProvider>> OURS =
      new TreeMap<>(
          Map.of(
              "env", EnvVarConfigProvider.class,
              "file", FileConfigProvider.class,
              "directory", DirectoryConfigProvider.class));

  private static final Pattern REFERENCE = Pattern.compile("\\$\\{(env|file|directory):[^}]*}");

  private SecretReferences() {}

  /** Adds our providers to those the user configured; the user's own of the same name stay. */
  static void enable(Map<String, String> settings) {
    var names = new ArrayList<String>();
    for (String name : settings.getOrDefault(PROVIDERS, "").split(",", -1)) {
      if (!name.isBlank()) {
        names.add(name.strip());
      }
    }
    OURS.forEach(
        (name, provider) -> {
          if (!names.contains(name)) {
            names.add(name);
            settings.put(PROVIDERS + "." + name + ".class", provider.getName());
          }
        });
    settings.put(PROVIDERS, String.join(",", names));
  }

  /** A message for each reference to our providers that leads nowhere; no value is in any. */
  static List<String> unresolved(Map<String, String> settings) {
    var providers = new LinkedHashMap<String, ConfigProvider>();
    try (var env = new EnvVarConfigProvider();
        var file = new FileConfigProvider();
        var directory = new DirectoryConfigProvider()) {
      for (ConfigProvider provider : List.of(env, file, directory)) {
        OURS.forEach(
            (name, type) -> {
              if (type.isInstance(provider) && uses(settings, name, type)) {
                provider.configure(parameters(settings, name));
                providers.put(name, provider);
              }
            });
      }
      var transformer = new ConfigTransformer(providers);
      var errors = new ArrayList<String>();
      new TreeMap<>(settings)
          .forEach(
              (key, value) -> {
                Matcher references = REFERENCE.matcher(value);
                while (references.find()) {
                  if (providers.containsKey(references.group(1))) {
                    check(transformer, key, references.group(), errors);
                  }
                }
              });
      return errors;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void check(
      ConfigTransformer transformer, String key, String reference, List<String> errors) {
    String problem = key + ": " + reference + " leads nowhere; ";
    try {
      // A reference that resolves to itself was not found.
      if (reference.equals(transformer.transform(Map.of(key, reference)).data().get(key))) {
        errors.add(problem + "set the variable, or check the name");
      }
    } catch (ConfigException e) {
      errors.add(problem + "check that the file exists and may be read");
    }
  }

  private static boolean uses(
      Map<String, String> settings, String name, Class<? extends ConfigProvider> type) {
    return type.getName().equals(settings.get(PROVIDERS + "." + name + ".class"));
  }

  /** What the user gave the provider, such as {@code allowed.paths}. */
  private static Map<String, String> parameters(Map<String, String> settings, String name) {
    String prefix = PROVIDERS + "." + name + ".param.";
    var parameters = new LinkedHashMap<String, String>();
    settings.forEach(
        (key, value) -> {
          if (key.startsWith(prefix)) {
            parameters.put(key.substring(prefix.length()), value);
          }
        });
    return parameters;
  }
}
