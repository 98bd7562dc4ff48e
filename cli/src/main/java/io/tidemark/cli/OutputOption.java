package io.tidemark.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Map;
import picocli.CommandLine.Option;

/** Text for people or JSON for scripts. */
final class OutputOption {

  /** Forms of output. */
  enum Form {
    TEXT,
    JSON
  }

  @Option(
      names = "--output",
      defaultValue = "text",
      paramLabel = "text|json",
      description = "Form of the output. Default: ${DEFAULT-VALUE}.")
  private Form form;

  boolean json() {
    return form == Form.JSON;
  }

  /** One JSON object on one line of standard output. */
  static void print(Map<String, ?> object) {
    try {
      System.out.println(new ObjectMapper().writeValueAsString(object));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("not JSON: " + object, e);
    }
  }
}
