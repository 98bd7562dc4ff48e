package io.tidemark.schemas.spec;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;

/**
 * A YAML document as JSON, with where everything stood.
 *
 * @param root the document
 * @param keys position of each key, by its path
 * @param values position of each value, by its path
 */
record YamlTree(JsonNode root, Map<String, Position> keys, Map<String, Position> values) {

  /** Where the key stands; of a list's item, where the item does. */
  Position key(String path) {
    Position key = keys.get(path);
    return key == null ? value(path) : key;
  }

  /** Where the value stands. */
  Position value(String path) {
    return values.getOrDefault(path, Position.START);
  }

  /** Path of a key in the object at {@code parent}. */
  static String path(String parent, String key) {
    return parent.isEmpty() ? key : parent + "." + key;
  }

  /** Path of an item in the list at {@code parent}. */
  static String path(String parent, int index) {
    return parent + "[" + index + "]";
  }
}
