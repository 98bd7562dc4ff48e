package io.tidemark.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** Files of this module, read as YAML; a key that stands twice is an error. */
final class Yaml {

  /** The folder deploy/ of the checkout. */
  static final Path DEPLOY = Path.of(System.getProperty("tidemark.root"), "deploy");

  private static final ObjectMapper JSON = new ObjectMapper();

  private Yaml() {}

  static List<JsonNode> documents(Path file) {
    try {
      return documents(file.toString(), Files.readString(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<JsonNode> documents(String label, String text) {
    List<JsonNode> documents = new ArrayList<>();
    new Load(LoadSettings.builder().setLabel(label).build())
        .loadAllFromString(text)
        .forEach(d -> documents.add(JSON.valueToTree(d)));
    return documents;
  }

  static JsonNode document(Path file) {
    List<JsonNode> documents = documents(file);
    if (documents.size() != 1) {
      throw new IllegalArgumentException(file + " has " + documents.size() + " documents, not one");
    }
    return documents.getFirst();
  }
}
