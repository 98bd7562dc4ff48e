package io.tidemark.connectors.kafka;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.core.retry.TaskException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Reads the connector's part of a spec; its form was checked by the spec's JSON Schema. */
final class Settings {

  private Settings() {}

  static String text(JsonNode config, KafkaEndpoint.Side side, String key) throws TaskException {
    return optional(config, key)
        .orElseThrow(
            () -> TaskException.fatal(side.word + ".kafka." + key + " is missing in the spec"));
  }

  static Optional<String> optional(JsonNode config, String key) {
    JsonNode value = config.path(key);
    return value.isMissingNode() || value.isNull() ? Optional.empty() : Optional.of(value.asText());
  }

  static List<String> texts(JsonNode config, String key) {
    List<String> out = new ArrayList<>();
    config.path(key).forEach(v -> out.add(v.asText()));
    return List.copyOf(out);
  }

  /** Names and values, as texts. */
  static Map<String, String> map(JsonNode config, String key) {
    Map<String, String> out = new LinkedHashMap<>();
    config.path(key).properties().forEach(p -> out.put(p.getKey(), p.getValue().asText()));
    return Collections.unmodifiableMap(out);
  }

  /** The constant that a text names in lower case, with {@code -} for {@code _}. */
  static <E extends Enum<E>> E oneOf(
      Class<E> type, KafkaEndpoint.Side side, String key, String value) throws TaskException {
    List<String> words = new ArrayList<>();
    for (E each : type.getEnumConstants()) {
      String word = word(each);
      if (word.equals(value)) {
        return each;
      }
      words.add(word);
    }
    throw TaskException.fatal(
        side.word
            + ".kafka."
            + key
            + ": there is no '"
            + value
            + "'; there are: "
            + String.join(", ", words));
  }

  /** How specs write a constant. */
  static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
