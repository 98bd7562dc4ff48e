package io.tidemark.reconciler.status;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tidemark.core.coordinator.CommandIds;
import io.tidemark.core.plan.PartitionIds;
import io.tidemark.schemas.avro.CommandType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What somebody asks the coordinator for.
 *
 * @param type one of those that people may give
 * @param arguments as the type takes them
 * @param why in words; empty: not told
 * @param id given by the caller, so that asking again is the same command
 */
record CommandRequest(
    CommandType type, Map<String, String> arguments, String why, Optional<String> id) {

  static final String KEY_HEADER = "Idempotency-Key";

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /** Types that people may give, each with the arguments it takes. */
  private static final Map<CommandType, Set<String>> ARGUMENTS =
      new TreeMap<>(
          Map.of(
              CommandType.PAUSE, Set.of(),
              CommandType.RESUME, Set.of(),
              CommandType.CANCEL, Set.of(),
              CommandType.RETRY, Set.of("partition"),
              CommandType.THROTTLE, Set.of("rows_per_second", "lanes"),
              CommandType.APPROVE, Set.of(),
              CommandType.ARCHIVE, Set.of()));

  private static final Set<String> FIELDS = Set.of("type", "arguments", "why", "command_id");
  private static final Pattern ROWS = Pattern.compile("off|[1-9]\\d{0,11}");
  private static final Pattern LANES = Pattern.compile("off|[1-9]\\d{0,5}|1000000");
  private static final int MAX_WHY = 1_000;

  /**
   * Reads a request.
   *
   * @param backfill whom it is for
   * @param key the header {@value #KEY_HEADER}: another place for {@code command_id}
   * @throws IllegalArgumentException naming everything that is wrong with it
   */
  static CommandRequest of(String backfill, Optional<String> key, byte[] body) {
    JsonNode node = parsed(body);
    List<String> problems = new ArrayList<>();
    node.fieldNames()
        .forEachRemaining(
            name -> {
              if (!FIELDS.contains(name)) {
                problems.add("there is no field '" + name + "', but " + sorted(FIELDS));
              }
            });
    Optional<CommandType> type = type(node, problems);
    Map<String, String> arguments = arguments(node, problems);
    type.ifPresent(t -> check(backfill, t, arguments, problems));
    String why = text(node, "why", problems).orElse("");
    if (why.length() > MAX_WHY || why.chars().anyMatch(c -> c < ' ')) {
      problems.add("why is longer than " + MAX_WHY + " characters, or not one line");
    }
    Optional<String> id = text(node, "command_id", problems);
    id.flatMap(i -> wrongId("command_id", i)).ifPresent(problems::add);
    key.map(CommandRequest::unquoted).flatMap(i -> wrongId(KEY_HEADER, i)).ifPresent(problems::add);
    if (id.isPresent() && key.isPresent() && !id.equals(key.map(CommandRequest::unquoted))) {
      problems.add("command_id and " + KEY_HEADER + " differ; give one of them");
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
    return new CommandRequest(
        type.orElseThrow(), arguments, why, id.or(() -> key.map(CommandRequest::unquoted)));
  }

  /** As a text of HTTP's structured fields, or bare, as many clients send it. */
  private static String unquoted(String key) {
    return key.length() > 1 && key.startsWith("\"") && key.endsWith("\"")
        ? key.substring(1, key.length() - 1)
        : key;
  }

  private static Optional<String> wrongId(String name, String id) {
    return unless(CommandIds.valid(id), name + " has " + CommandIds.RULE);
  }

  private static JsonNode parsed(byte[] body) {
    try {
      JsonNode node = MAPPER.readTree(body);
      if (node.isObject()) {
        return node;
      }
      throw new IllegalArgumentException("the body is no JSON object");
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("the body is no JSON: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new IllegalArgumentException("the body is no JSON", e);
    }
  }

  private static Optional<String> text(JsonNode node, String name, List<String> problems) {
    JsonNode value = node.get(name);
    if (value == null || value.isNull()) {
      return Optional.empty();
    }
    if (!value.isTextual()) {
      problems.add(name + " is no text");
      return Optional.empty();
    }
    return Optional.of(value.asText());
  }

  private static Optional<CommandType> type(JsonNode node, List<String> problems) {
    Optional<String> word = text(node, "type", problems);
    Optional<CommandType> type =
        word.flatMap(w -> ARGUMENTS.keySet().stream().filter(t -> word(t).equals(w)).findFirst());
    if (type.isEmpty()) {
      problems.add(
          "type "
              + word.map(w -> "'" + w + "' is none of ").orElse("is missing; there are ")
              + ARGUMENTS.keySet().stream().map(CommandRequest::word).sorted().toList());
    }
    return type;
  }

  private static String word(CommandType type) {
    return type.name().toLowerCase(Locale.ROOT);
  }

  private static Map<String, String> arguments(JsonNode node, List<String> problems) {
    Map<String, String> arguments = new TreeMap<>();
    JsonNode given = node.get("arguments");
    if (given == null || given.isNull()) {
      return arguments;
    }
    if (!given.isObject()) {
      problems.add("arguments is no object");
      return arguments;
    }
    given
        .fieldNames()
        .forEachRemaining(n -> text(given, n, problems).ifPresent(v -> arguments.put(n, v)));
    return arguments;
  }

  private static void check(
      String backfill, CommandType type, Map<String, String> arguments, List<String> problems) {
    Set<String> known = ARGUMENTS.get(type);
    arguments.forEach(
        (name, value) -> {
          if (!known.contains(name)) {
            problems.add(
                word(type)
                    + " takes no argument '"
                    + name
                    + "'"
                    + (known.isEmpty() ? "" : ", but " + sorted(known)));
          } else {
            wrong(backfill, name, value).ifPresent(problems::add);
          }
        });
    if (type == CommandType.THROTTLE && arguments.isEmpty()) {
      problems.add("throttle needs rows_per_second or lanes, a number or 'off'");
    }
  }

  private static Optional<String> wrong(String backfill, String name, String value) {
    return switch (name) {
      case "rows_per_second" ->
          unless(
              ROWS.matcher(value).matches(),
              "rows_per_second is no whole number from 1, nor 'off'");
      case "lanes" ->
          unless(LANES.matcher(value).matches(), "lanes is no whole number from 1, nor 'off'");
      case "partition" ->
          unless(
              value.startsWith(PartitionIds.start(backfill)) && value.length() <= 500,
              "partition is none of " + backfill);
      default -> throw new IllegalStateException(name);
    };
  }

  private static Optional<String> unless(boolean right, String problem) {
    return right ? Optional.empty() : Optional.of(problem);
  }

  private static List<String> sorted(Set<String> names) {
    return names.stream().sorted().toList();
  }
}
