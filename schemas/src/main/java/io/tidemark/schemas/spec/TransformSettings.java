package io.tidemark.schemas.spec;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What becomes of columns on their way from the source to the sink.
 *
 * @param rename new name of a column by its name at the source, in the order of the spec
 * @param cast type of a column at the sink by its name at the source, in the order of the spec
 */
public record TransformSettings(Map<String, String> rename, Map<String, String> cast) {

  public TransformSettings {
    rename = Collections.unmodifiableMap(new LinkedHashMap<>(rename));
    cast = Collections.unmodifiableMap(new LinkedHashMap<>(cast));
  }

  /** Whether rows go as they come. */
  public boolean isNone() {
    return rename.isEmpty() && cast.isEmpty();
  }

  /** In a line: {@code id → order_id, amount as decimal(10,2)}. */
  public String told() {
    List<String> parts = new ArrayList<>();
    rename.forEach((column, name) -> parts.add(column + " → " + name));
    cast.forEach((column, type) -> parts.add(column + " as " + type));
    return String.join(", ", parts);
  }
}
