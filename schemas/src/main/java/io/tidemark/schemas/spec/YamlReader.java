package io.tidemark.schemas.spec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.resolver.CoreScalarResolver;
import org.snakeyaml.engine.v2.resolver.ScalarResolver;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/**
 * Reads a YAML document of bounded size into JSON and positions. The document is looked over event
 * by event first, because the library composes it recursively: nesting is bounded before that, not
 * by the stack. Messages quote nothing of the document but keys: any value may be a secret.
 */
final class YamlReader {

  /** Bounds of a document; each is far above what any real spec needs. */
  private static final int MAX_CHARACTERS = 1 << 20;

  private static final int MAX_DEPTH = 20;
  private static final int MAX_NODES = 10_000;
  private static final int MAX_DIGITS = 18;

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final Problems problems;
  private final Map<String, Position> keys = new HashMap<>();
  private final Map<String, Position> values = new HashMap<>();
  private int nodes;
  private Position reached = Position.START;

  private YamlReader(Problems problems) {
    this.problems = problems;
  }

  /**
   * The document; what is wrong with its keys goes to {@code problems}.
   *
   * @throws SpecException at once, if it is no YAML or beyond a bound
   */
  static YamlTree read(String yaml, Problems problems) throws SpecException {
    return new YamlReader(problems).document(yaml.startsWith("\uFEFF") ? yaml.substring(1) : yaml);
  }

  private YamlTree document(String yaml) throws SpecException {
    if (yaml.length() > MAX_CHARACTERS) {
      throw refused(
          Position.START,
          "a spec of " + yaml.length() + " characters; at most " + MAX_CHARACTERS + " are read",
          "a spec describes the data, it does not contain it");
    }
    LoadSettings settings =
        LoadSettings.builder()
            .setSchema(new NoMerge())
            .setAllowDuplicateKeys(true)
            // Read in parts, a value of many of them costs its square.
            .setBufferSize(yaml.length() + 1)
            .build();
    try {
      lookOver(new Parse(settings).parseString(yaml));
      Optional<Node> root = new Compose(settings).composeString(yaml);
      if (root.isEmpty()) {
        throw refused(Position.START, "the file is empty", "start with apiVersion: tidemark/v1");
      }
      return new YamlTree(convert(root.get(), "", 1), keys, values);
    } catch (MarkedYamlEngineException e) {
      throw malformed(e);
    } catch (YamlEngineException e) {
      throw refused(Position.START, "not YAML: " + e.getMessage(), "");
    } catch (IllegalArgumentException e) {
      // The library's way to say that an escape of eight digits names no character.
      throw refused(
          reached,
          "not YAML: behind this place an escape, between double quotes, names no character",
          "write a backslash that is text twice, or the text between single quotes");
    }
  }

  private void lookOver(Iterable<Event> events) throws SpecException {
    Set<String> anchors = new HashSet<>();
    int depth = 0;
    int seen = 0;
    for (Event event : events) {
      Position at = Position.of(event.getStartMark());
      reached = at;
      switch (event) {
        case CollectionStartEvent start -> {
          depth++;
          refuseTag(start.getTag(), at);
        }
        case CollectionEndEvent end -> depth--;
        case ScalarEvent scalar -> refuseTag(scalar.getTag(), at);
        case AliasEvent alias -> {
          if (!anchors.contains(alias.getAlias().getValue())) {
            throw refused(
                at,
                "an alias (*name) without its anchor (&name) before it",
                "put a value that begins with '*' in quotes");
          }
        }
        default -> {
          // Stream and document marks hold nothing.
        }
      }
      if (event instanceof NodeEvent node) {
        node.getAnchor().ifPresent(a -> anchors.add(a.getValue()));
      }
      bound(at, depth, ++seen);
    }
  }

  private void bound(Position at, int depth, int count) throws SpecException {
    if (depth > MAX_DEPTH) {
      throw refused(
          at, "nested more than " + MAX_DEPTH + " levels deep", "a spec has fewer than ten");
    }
    if (count > MAX_NODES) {
      throw refused(
          at,
          "more than " + MAX_NODES + " values, counting those that aliases repeat",
          "a spec has fewer than a hundred");
    }
  }

  private void refuseTag(Optional<String> tag, Position at) throws SpecException {
    if (tag.isPresent() && !tag.get().equals("!")) {
      throw refused(
          at,
          "YAML tags (!name) have no meaning here",
          "remove it, or put a value that begins with '!' in quotes");
    }
  }

  private JsonNode convert(Node node, String path, int depth) throws SpecException {
    Position at = Position.of(node.getStartMark());
    values.putIfAbsent(path, at);
    // Aliases multiply what was written, so the bounds hold here once more.
    bound(at, depth, ++nodes);
    return switch (node) {
      case MappingNode mapping -> object(mapping, path, depth);
      case SequenceNode sequence -> {
        ArrayNode array = JSON.arrayNode();
        for (Node item : sequence.getValue()) {
          array.add(convert(item, YamlTree.path(path, array.size()), depth + 1));
        }
        yield array;
      }
      case ScalarNode scalar -> scalar(scalar, path);
      default -> throw new IllegalStateException("YAML has no node " + node.getNodeType());
    };
  }

  private ObjectNode object(MappingNode mapping, String path, int depth) throws SpecException {
    ObjectNode object = JSON.objectNode();
    for (NodeTuple entry : mapping.getValue()) {
      Position at = Position.of(entry.getKeyNode().getStartMark());
      if (!(entry.getKeyNode() instanceof ScalarNode key)) {
        throw refused(at, "a key that is a list or an object", "keys are plain words");
      }
      String keyPath = YamlTree.path(path, key.getValue());
      if (object.has(key.getValue())) {
        problems.add(
            at,
            keyPath,
            "key '" + key.getValue() + "' is there twice",
            "its first is in line " + keys.get(keyPath).line() + "; keep one");
        continue;
      }
      keys.put(keyPath, at);
      object.set(key.getValue(), convert(entry.getValueNode(), keyPath, depth + 1));
    }
    return object;
  }

  private JsonNode scalar(ScalarNode scalar, String path) {
    String text = scalar.getValue();
    Tag tag = scalar.getTag();
    if (tag.equals(Tag.NULL)) {
      return JSON.nullNode();
    }
    if (tag.equals(Tag.BOOL)) {
      return JSON.booleanNode(text.toLowerCase(Locale.ROOT).equals("true"));
    }
    if (tag.equals(Tag.INT) || tag.equals(Tag.FLOAT)) {
      return number(text, path);
    }
    return JSON.textNode(text);
  }

  private JsonNode number(String text, String path) {
    if (text.matches("[-+]?[0-9]{1," + MAX_DIGITS + "}")) {
      long value = Long.parseLong(text);
      // As Jackson's own parser does, so that trees of equal documents are equal.
      return value == (int) value ? JSON.numberNode((int) value) : JSON.numberNode(value);
    }
    if (text.length() <= MAX_DIGITS && text.matches("[-+]?[0-9]*\\.?[0-9]+(e[-+]?[0-9]{1,2})?")) {
      return JSON.numberNode(Double.parseDouble(text));
    }
    problems.add(
        values.get(path),
        path,
        "a number in a form that specs do not use",
        "write it in decimal, with at most "
            + MAX_DIGITS
            + " digits, or put it in quotes if it is a text");
    return JSON.numberNode(0);
  }

  private SpecException malformed(MarkedYamlEngineException e) {
    String problem = e.getProblem();
    Position at = Position.of(e.getProblemMark().or(e::getContextMark));
    if (problem.contains("tag handle")) {
      return refused(
          at,
          "YAML tags (!name) have no meaning here",
          "put a value that begins with '!' in quotes");
    }
    boolean inBraces = e.getContext() != null && e.getContext().contains("flow mapping");
    return refused(
        at,
        "not YAML: "
            + (e.getContext() == null || e.getContext().isEmpty() ? "" : e.getContext() + ", ")
            + problem,
        inBraces ? "inside {…}, put references in quotes: \"${env:NAME}\"" : "");
  }

  private SpecException refused(Position at, String message, String suggestion) {
    problems.add(at, "", message, suggestion);
    try {
      problems.throwIfAny();
    } catch (SpecException e) {
      return e;
    }
    throw new IllegalStateException("a problem was added and is not there");
  }

  /** YAML 1.2's core schema, without the merge key {@code <<} of 1.1. */
  private static final class NoMerge extends CoreSchema {
    @Override
    public ScalarResolver getScalarResolver() {
      return new CoreScalarResolver(false);
    }
  }
}
