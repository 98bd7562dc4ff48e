package io.tidemark.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** The rules of alerts.yml. */
final class Alerts {

  private Alerts() {}

  static List<JsonNode> all() {
    List<JsonNode> alerts = new ArrayList<>();
    Yaml.document(Yaml.DEPLOY.resolve("prometheus/alerts.yml"))
        .path("groups")
        .forEach(group -> group.path("rules").forEach(alerts::add));
    return alerts;
  }
}
