package io.tidemark.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.openqa.selenium.Keys;

/**
 * The dashboard on a backfill of very many partitions while workers run it. {@code
 * -Dtidemark.partitions=N} takes other numbers.
 */
class DashboardScaleTest {

  private static final int PARTITIONS = Integer.getInteger("tidemark.partitions", 100_000);
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  /** What a loaded machine may take; the goal is one second, and what was measured is printed. */
  private static final double FIRST_PAINT_MS = 3_000;

  @RegisterExtension static final Fleet fleet = new Fleet();

  @Test
  void shouldPaintAtOnceAndStayLiveWhenThereAreAHundredThousandPartitions() {
    assumeTrue(Browser.missing().isEmpty(), () -> Browser.missing().orElseThrow());
    fleet.broker();
    String line = fleet.reconciler().awaitLine("reconciler at ");
    String backfill =
        fleet
            .plan(
                fleet.write(
                    "many.yaml",
                    """
                    apiVersion: tidemark/v1
                    name: many
                    source: {generated: {rows: %d}}
                    sink: {generated: {}}
                    """
                        .formatted(PARTITIONS)))
            .path("backfill")
            .asText();

    try (Browser browser = new Browser(line.substring(line.indexOf("http")))) {
      browser.open("#/b/" + backfill);
      double firstPaint = browser.firstPaint();
      await("every partition is in the grid")
          .atMost(PATIENCE)
          .until(() -> cells(browser) == PARTITIONS);
      double loaded = ((Number) browser.js("return performance.now()")).doubleValue();
      long before = completed(browser);
      // Not sooner: a fast machine would be done with all of them before they are in the grid.
      fleet.worker("w-1");
      await("it moves by itself").atMost(PATIENCE).until(() -> completed(browser) > before);
      browser.look(1920, 1200, "dark");
      browser.picture("grid-1920-dark");
      browser.look(1920, 1200, "light");
      browser.picture("grid-1920-light");
      browser.js("document.querySelector('.grid-port').focus()");
      browser.type(Keys.END);
      browser.awaitText(".grid-told", String.format(Locale.ROOT, "%06d", PARTITIONS - 1));
      // Redrawn by each key, at once: the browser measures from the key to what follows it.
      double key =
          ((Number)
                  browser.js(
                      """
                      const port = document.querySelector('.grid-port'), began = performance.now();
                      for (let i = 0; i < 50; i++) {
                        port.dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowUp'}));
                      }
                      return (performance.now() - began) / 50
                      """))
              .doubleValue();
      browser.look(360, 780, "light");
      browser.js("document.querySelector('#grid').scrollIntoView()");
      Fleet.pause(Duration.ofSeconds(1));
      browser.picture("grid-360-light");

      System.out.printf(
          "%,d partitions: first paint %.0f ms, all in the grid after %.1f s, %.2f ms a key%n",
          PARTITIONS, firstPaint, loaded / 1_000, key);
      browser.assertQuiet();
      assertThat(firstPaint).isLessThan(FIRST_PAINT_MS);
      assertThat(key).isLessThan(100);
    }
  }

  /** Partitions that the legend counts: those that were loaded. */
  private static long cells(Browser browser) {
    return ((Number)
            browser.js(
                "return [...document.querySelectorAll('#grid .legend button')]"
                    + ".reduce((sum, b) => sum + Number(b.innerText.replace(/\\D/g, '')), 0)"))
        .longValue();
  }

  private static long completed(Browser browser) {
    return Long.parseLong(browser.text(".counts li").replaceAll("\\D", ""));
  }
}
