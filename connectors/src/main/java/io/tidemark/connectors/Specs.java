package io.tidemark.connectors;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.connectors.api.Connector;
import io.tidemark.schemas.spec.SpecParser;
import java.util.HashMap;
import java.util.Map;
import java.util.ServiceLoader;

/** Reads specs with the connectors that are on the class path, Tidemark's own and others'. */
public final class Specs {

  private Specs() {}

  /** A parser that knows every connector of the class path. */
  public static SpecParser parser() {
    Map<String, JsonNode> others = new HashMap<>();
    for (Connector c : ServiceLoader.load(Connector.class, Connector.class.getClassLoader())) {
      c.settings().ifPresent(schema -> others.put(c.name(), schema));
    }
    return new SpecParser(others);
  }
}
