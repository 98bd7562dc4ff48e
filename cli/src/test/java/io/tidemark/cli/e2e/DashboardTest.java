package io.tidemark.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.openqa.selenium.Keys;

/** The dashboard in a real browser, on real processes and a real database. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DashboardTest {

  private static final Duration PATIENCE = Duration.ofMinutes(4);

  @RegisterExtension static final Fleet fleet = new Fleet();

  private static Postgres postgres;
  private static Browser browser;

  /** Not before all: in reports a class that is skipped as a whole looks like one without tests. */
  @BeforeEach
  void start() throws SQLException {
    assumeTrue(Browser.missing().isEmpty(), () -> Browser.missing().orElseThrow());
    if (browser == null) {
      postgres = new Postgres();
      fleet.broker();
      String line = fleet.reconciler().awaitLine("reconciler at ");
      fleet.worker("w-1");
      fleet.worker("w-2");
      browser = new Browser(line.substring(line.indexOf("http")));
    }
    browser.look(1920, 1200, "light");
  }

  @AfterEach
  void quiet() {
    if (browser != null) {
      browser.assertQuiet();
    }
  }

  @AfterAll
  static void stop() throws SQLException {
    if (browser != null) {
      browser.close();
      postgres.close();
    }
  }

  @Test
  @Order(1)
  void shouldShowARunMoveAndHoldItAndLetItGoOn() throws SQLException {
    String backfill = plan("orders", 120_000, 0.8);
    browser.open("#/");
    browser.awaitText("tbody", "orders");
    browser.click("tbody .name a");
    browser.awaitText(".head .badge", "running");
    long before = done();

    await("the bar moves by itself").atMost(PATIENCE).until(() -> done() > before + 5);
    String paused = browser.command("pause", "replica lag");
    browser.awaitText(".head .badge", "paused");
    // Chunks that were under way when the directive came may still end.
    Fleet.pause(Duration.ofSeconds(3));
    long held = postgres.rows("dst.orders");
    Fleet.pause(Duration.ofSeconds(2));
    assertThat(postgres.rows("dst.orders")).as("rows while it is paused").isEqualTo(held);
    browser.open("#/b/" + backfill);
    browser.awaitText(".head .badge", "paused");
    browser.awaitText("#audit tbody", "replica lag");
    String resumed = browser.command("resume", "lag is gone");
    pictures();
    browser.awaitText(".head .badge", "completed");

    assertThat(List.of(paused, resumed)).noneMatch(a -> a.contains("Refused"));
    assertThat(browser.text("#audit tbody")).contains("pause", "resume", "lag is gone", "accepted");
    browser.awaitText("#proof", "no gap and no overlap");
    assertThat(browser.count("#proof .yes")).isEqualTo(5);
    assertThat(postgres.difference("src.orders", "dst.orders")).isZero();
  }

  /** In mid-run, as people with small and large screens, by day and by night, see it. */
  private static void pictures() {
    String view = browser.js("return location.hash").toString();
    for (String scheme : List.of("light", "dark")) {
      for (int width : new int[] {1920, 360}) {
        browser.look(width, width == 1920 ? 1200 : 780, scheme);
        browser.go("#/");
        browser.awaitText("#backfills-title", "Backfills");
        browser.picture("list-" + width + "-" + scheme);
        browser.go(view);
        await().atMost(PATIENCE).until(() -> browser.count(".uplot canvas") > 0);
        Fleet.pause(Duration.ofSeconds(1));
        browser.picture("backfill-" + width + "-" + scheme);
      }
    }
    browser.look(1920, 1200, "light");
  }

  @Test
  @Order(2)
  void shouldRetryWhatFailedOnceItsCauseIsGone() throws SQLException {
    postgres.run(
        "CREATE TABLE dst.payments (id bigint PRIMARY KEY, at timestamptz, name text,"
            + " CONSTRAINT sound CHECK (id <> 30000))");
    String backfill = plan("payments", 30_000, 0);
    browser.open("#/b/" + backfill);
    browser.awaitText(".head .badge", "failed");
    browser.awaitText("#failures", "23514");
    browser.js(
        "const s = document.getElementById('partition-state');"
            + "s.value = 'FAILED'; s.dispatchEvent(new Event('change'))");
    await("only the failed one is listed")
        .atMost(PATIENCE)
        .until(() -> browser.count("#list tbody tr") == 1);
    browser.click("#list tbody a");
    browser.awaitText("dialog", "Retry this partition");
    browser.picture("partition-1920-light");
    browser.type(Keys.ESCAPE);
    postgres.run("ALTER TABLE dst.payments DROP CONSTRAINT sound");

    String answer = browser.command("retry", "constraint dropped");
    browser.awaitText(".head .badge", "completed");

    assertThat(answer).doesNotContain("Refused");
    assertThat(postgres.difference("src.payments", "dst.payments")).isZero();
  }

  @Test
  @Order(3)
  void shouldPageTheListAndWalkTheGridByKeyboard() {
    String backfill = first("orders");
    browser.open("#/b/" + backfill);
    await("the grid").atMost(PATIENCE).until(() -> browser.text(".grid-told").contains("median"));

    browser.js("document.querySelector('.grid-port').focus()");
    browser.type(Keys.HOME, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT);
    assertThat(browser.text(".grid-told")).startsWith("000002 completed");
    browser.type(Keys.ENTER);
    browser.awaitText("dialog", "Partition 000002");
    browser.awaitText("dialog", "3,000 of about");
    browser.type(Keys.ESCAPE);
    await().atMost(PATIENCE).until(() -> browser.count("dialog") == 0);

    assertThat(browser.js("return location.hash")).isEqualTo("#/b/" + backfill);
    assertThat(browser.js("return document.activeElement.className")).isEqualTo("grid-port");
    browser.awaitText("#list tbody", "000000");
    browser.click("#list .pager button:last-child");
    browser.awaitText("#list tbody", "000025");
    assertThat(browser.text("#list .pager")).contains("page 2");
    browser.click("#list .pager button:first-child");
    browser.awaitText("#list tbody", "000000");
  }

  @Test
  @Order(4)
  void shouldBeLegibleAndNamedAndReachableInBothSchemesAndOnSmallScreens() {
    String backfill = first("payments");
    for (String view : List.of("#/", "#/b/" + backfill, "#/workers", "#/alerts", "#/audit")) {
      browser.open(view);
      await(view).atMost(PATIENCE).until(() -> browser.count("h1") == 1);
      for (String scheme : List.of("light", "dark")) {
        for (int width : new int[] {1920, 1000, 360}) {
          browser.look(width, 900, scheme);
          assertThat((List<?>) browser.run("audit.js"))
              .as("%s, %s, %d px", view, scheme, width)
              .isEmpty();
        }
      }
    }
  }

  @Test
  @Order(5)
  void shouldLeadThroughThePageByTab() {
    browser.open("#/b/" + first("payments"));
    browser.js("document.activeElement.blur()");

    browser.type(Keys.TAB);
    assertThat(browser.text(":focus")).isEqualTo("Skip to content");
    browser.type(Keys.ENTER);
    assertThat(browser.js("return document.activeElement.id")).isEqualTo("main");
    // Every stop is further down the page than the one before, and is to be seen.
    browser.js("window.stops = [document.activeElement]");
    for (int i = 0; i < 12; i++) {
      browser.type(Keys.TAB);
      assertThat(
              browser.js(
                  """
                  const now = document.activeElement, before = window.stops.at(-1);
                  window.stops.push(now);
                  const after = before.compareDocumentPosition(now);
                  const seen = getComputedStyle(now).outlineStyle !== 'none';
                  return after & Node.DOCUMENT_POSITION_FOLLOWING && seen ? 'good'
                      : now.outerHTML.slice(0, 200)
                  """))
          .isEqualTo("good");
    }
  }

  @Test
  @Order(6)
  void shouldBeSmallAndAskNobodyElse() {
    browser.open("#/b/" + first("orders"));
    await().atMost(PATIENCE).until(() -> browser.count(".uplot canvas") > 0);

    System.out.printf(
        "the page: %,d bytes, first paint after %.0f ms%n",
        browser.pageBytes(), browser.firstPaint());
    assertThat(browser.pageBytes()).isLessThan(300_000);
    assertThat(browser.otherHosts()).isEmpty();
  }

  @Test
  @Order(7)
  void shouldApproveThrottleAndCancelOnlyWhenTheDialogIsConfirmed() throws SQLException {
    String backfill = plan("shipments", 90_000, 3, "approval: true");
    browser.open("#/b/" + backfill);
    browser.awaitText(".head .badge", "waiting");
    browser.awaitText(".figures .counts", "of 30");
    assertThat(browser.dialog("approve")).contains("may start", "30 partitions", "90,000 rows");
    browser.close(Keys.ESCAPE);
    assertThat(browser.text(".head .badge")).isEqualToIgnoringCase("waiting");
    assertThat(browser.command("approve", "change 4711")).contains("Approved");
    browser.awaitText(".head .badge", "running");
    assertThat(browser.count("[data-command=approve]")).isZero();
    browser.awaitText(".figures .source", "postgresql://localhost:");

    assertThat(browser.dialog("throttle")).contains("whole fleet");
    browser.type("-5", Keys.ENTER);
    assertThat(browser.text("dialog .answer")).as("no such limit is sent").isEmpty();
    browser.type(Keys.BACK_SPACE, Keys.BACK_SPACE, "3000", Keys.TAB);
    browser.type("office hours", Keys.ENTER);
    String throttled = browser.answer("throttle");
    browser.awaitText(".figures", "limit 3,000");
    browser.dialog("throttle");
    browser.js(
        "const s = document.getElementById('throttle-what');"
            + "s.value = 'rows_off'; s.dispatchEvent(new Event('change'));"
            + "document.getElementById('why').focus()");
    browser.type("evening", Keys.ENTER);
    String lifted = browser.answer("throttle");
    await("the limit goes")
        .atMost(PATIENCE)
        .until(() -> !browser.text(".figures").contains("limit "));

    assertThat(browser.dialog("cancel")).contains("Final:", "rows that were written stay");
    browser.click("dialog .dialog-actions button:not([type=submit])");
    await().atMost(PATIENCE).until(() -> browser.count("dialog") == 0);
    assertThat(browser.text(".head .badge")).isEqualToIgnoringCase("running");
    String cancelled = browser.command("cancel", "wrong table");
    browser.awaitText(".head .badge", "cancelled");

    assertThat(throttled).contains("Throttled", "at most 3000 rows per second");
    assertThat(lifted).contains("no limit of rows per second");
    assertThat(cancelled).contains("Cancelled");
    assertThat(browser.text("#audit tbody"))
        .contains("approve", "change 4711", "office hours", "evening", "cancel", "wrong table");
    assertThat(browser.text("#audit tbody").split("accepted", -1)).hasSize(1 + 4);
    assertThat(browser.count(".head [data-command]")).as("only archive is left").isEqualTo(1);
    assertThat(postgres.rows("dst.shipments")).isLessThan(90_000);
  }

  @Test
  @Order(8)
  void shouldArchiveByKeyboardAlone() throws SQLException {
    long rows = postgres.rows("dst.shipments");
    browser.open("#/b/" + first("shipments"));
    browser.awaitText(".head .badge", "cancelled");
    browser.js("document.activeElement.blur()");

    for (int i = 0; i < 30 && !focused("archive"); i++) {
      browser.type(Keys.TAB);
    }
    assertThat(focused("archive")).as("Tab leads to the button").isTrue();
    browser.type(Keys.ENTER);
    browser.awaitText("dialog", "Its records are removed from Kafka");
    assertThat(browser.js("return document.activeElement.id")).isEqualTo("why");
    browser.type("done with it", Keys.TAB);
    assertThat(browser.text(":focus")).isEqualTo("Not now");
    browser.type(Keys.TAB);
    assertThat(browser.text(":focus")).isEqualTo("Archive");
    browser.type(Keys.SPACE);
    String answer = browser.answer("archive");
    browser.go("#/");
    browser.awaitText("#backfills-title", "Backfills");
    await("it leaves the list")
        .atMost(PATIENCE)
        .until(() -> !browser.text("tbody").contains("shipments"));

    assertThat(answer).contains("Archived");
    assertThat(postgres.rows("dst.shipments")).as("rows at the sink stay").isEqualTo(rows);
  }

  private static boolean focused(String command) {
    return command.equals(browser.js("return document.activeElement.dataset.command ?? ''"));
  }

  private static String first(String name) {
    browser.open("#/");
    browser.awaitText("tbody", name);
    return browser
        .js(
            "return [...document.querySelectorAll('tbody .name a')]"
                + ".find(a => a.innerText === arguments[0]).hash.slice(4)",
            name)
        .toString();
  }

  private static long done() {
    return Long.parseLong(
        browser.js("return document.querySelector('.figures .progress').ariaValueNow").toString());
  }

  /** Plans a copy of a new table, in partitions of 3,000 rows, to one that is made if missing. */
  private static String plan(String name, int rows, double seconds, String... more)
      throws SQLException {
    postgres.fill("src." + name, rows);
    postgres.run(
        "CREATE TABLE IF NOT EXISTS dst.%1$s (LIKE src.%1$s INCLUDING INDEXES)".formatted(name));
    if (seconds > 0) {
      postgres.slow("dst." + name, seconds);
    }
    return fleet
        .plan(
            fleet.write(
                name + ".yaml",
                postgres.copySpec(
                    name,
                    "src." + name,
                    "dst." + name,
                    Stream.concat(
                            Stream.of("partition: {key: {rows: 3000}}", "chunk: {rows: 1500}"),
                            Stream.of(more))
                        .toArray(String[]::new))))
        .path("backfill")
        .asText();
  }
}
