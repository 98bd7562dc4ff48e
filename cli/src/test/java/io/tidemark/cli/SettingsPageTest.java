package io.tidemark.cli;

import io.tidemark.reconciler.app.ReconcilerConfig;
import io.tidemark.schemas.registry.RegistrySettings;
import io.tidemark.testing.GeneratedPage;
import io.tidemark.worker.app.WorkerConfig;
import java.util.Locale;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.junit.jupiter.api.Test;

/** {@code docs/reference/settings.md}: every setting of every process. */
final class SettingsPageTest {

  private final GeneratedPage page =
      new GeneratedPage(
          "settings.md",
          SettingsPageTest.class,
          "Settings",
          """

          Given as `--set NAME=VALUE`; the common ones have flags of their own ([commands](commands.md)). Kafka client properties
          (security, timeouts) come with `--command-config FILE`. One that does not exist, or is out of bounds, is an error at
          the start.""");

  @Test
  void shouldTellOfEverySettingOfEveryProcess() {
    section("Worker", "`tidemark worker`", WorkerConfig.DEFINITION);
    section("Reconciler", "`tidemark reconciler`", ReconcilerConfig.definition());
    section(
        "Schema registry",
        "Every process: client properties, in the file of `--command-config`"
            + " ([schema registry](../registry.md)).",
        RegistrySettings.DEFINITION);
    page.check();
  }

  private void section(String title, String whose, ConfigDef settings) {
    page.heading(2, title).line(whose).line("");
    page.head("setting", "type", "default", "bounds", "importance", "meaning");
    settings.configKeys().values().stream()
        .sorted((a, b) -> a.name.compareTo(b.name))
        .forEach(
            k ->
                page.row(
                    "`" + k.name + "`",
                    k.type.name().toLowerCase(Locale.ROOT),
                    byDefault(k),
                    k.validator == null ? "" : k.validator.toString(),
                    k.importance.name().toLowerCase(Locale.ROOT),
                    k.documentation));
  }

  private static String byDefault(ConfigKey k) {
    if (!k.hasDefault()) {
      return "required";
    }
    if (k.type == ConfigDef.Type.PASSWORD) {
      return "none";
    }
    String text = ConfigDef.convertToString(k.defaultValue, k.type);
    return text == null || text.isEmpty() ? "empty" : "`" + text + "`";
  }
}
