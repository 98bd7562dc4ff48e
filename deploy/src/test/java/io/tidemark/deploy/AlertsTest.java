package io.tidemark.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What each alert must have for a person on call; promtool tests what they do, see test.sh. */
final class AlertsTest {

  private static final Path RUNBOOKS = Yaml.DEPLOY.resolveSibling("docs/runbooks");

  private final List<JsonNode> alerts = Alerts.all();

  @Test
  void shouldTellEveryAlertsWeightMeaningAndRemedy() {
    assertThat(alerts).hasSizeGreaterThan(12);
    assertThat(alerts)
        .allSatisfy(
            a -> {
              String name = a.path("alert").asText();
              assertThat(name).startsWith("Tidemark");
              assertThat(a.path("labels").path("severity").asText())
                  .as(name)
                  .isIn("critical", "warning");
              JsonNode told = a.path("annotations");
              assertThat(told.path("summary").asText()).as(name).isNotBlank();
              assertThat(told.path("description").asText()).as(name).isNotBlank();
              assertThat(Yaml.DEPLOY.resolveSibling(told.path("runbook_url").asText()))
                  .as(name)
                  .hasParentRaw(RUNBOOKS)
                  .matches(f -> !Files.exists(RUNBOOKS) || Files.isRegularFile(f), "is there");
            });
  }

  @Test
  void shouldTestEveryAlert() {
    Set<String> tested = new TreeSet<>();
    String tests = Yaml.document(Yaml.DEPLOY.resolve("prometheus/alerts_test.yml")).toString();

    for (JsonNode a : alerts) {
      String name = a.path("alert").asText();
      if (tests.contains("\"alertname\":\"" + name + "\",\"exp_alerts\":[{")) {
        tested.add(name);
      }
    }

    assertThat(tested).containsExactlyInAnyOrderElementsOf(names());
  }

  private List<String> names() {
    return alerts.stream().map(a -> a.path("alert").asText()).toList();
  }
}
