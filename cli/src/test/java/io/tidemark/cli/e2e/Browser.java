package io.tidemark.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebDriverException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/**
 * The dashboard in a real Chromium without a window. Nothing is downloaded: it must be installed.
 */
final class Browser implements AutoCloseable {

  static final Duration PATIENCE = Duration.ofMinutes(2);

  /**
   * Where pictures go: {@code -Dtidemark.pictures=docs/images} makes those of the documentation.
   */
  private static final Path PICTURES =
      Path.of(System.getProperty("tidemark.root", ".."))
          .resolve(System.getProperty("tidemark.pictures", "cli/target/pictures"));

  private static final Optional<Path> CHROMIUM =
      installed("chromium", "chromium-browser", "google-chrome");
  private static final Optional<Path> DRIVER = installed("chromedriver");

  private final ChromeDriver driver;
  private final String base;

  /** A browser for the dashboard at this address. */
  Browser(String base) {
    this.base = base;
    LoggingPreferences logs = new LoggingPreferences();
    logs.enable(LogType.BROWSER, Level.ALL);
    ChromeOptions options = new ChromeOptions();
    options.setBinary(CHROMIUM.orElseThrow().toFile());
    options.setCapability("goog:loggingPrefs", logs);
    // No sandbox, as it wants a user other than root; no shared memory, as containers have little.
    options.addArguments("--headless=new", "--no-sandbox", "--disable-dev-shm-usage");
    options.addArguments("--no-first-run", "--disable-background-networking", "--lang=en-US");
    driver =
        new ChromeDriver(
            new ChromeDriverService.Builder()
                .usingDriverExecutable(DRIVER.orElseThrow().toFile())
                .usingAnyFreePort()
                .build(),
            options);
    look(1920, 1200, "light");
  }

  /** Why there is no browser here; empty: there is one. */
  static Optional<String> missing() {
    return CHROMIUM.isPresent() && DRIVER.isPresent()
        ? Optional.empty()
        : Optional.of(
            "not run: no Chromium with its chromedriver on the PATH; on Debian: apt-get install"
                + " chromium chromium-driver");
  }

  private static Optional<Path> installed(String... names) {
    return Arrays.stream(names)
        .flatMap(
            name ->
                Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                    .map(dir -> Path.of(dir, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** A screen of this size, in CSS pixels, for people who like this colour scheme. */
  void look(int width, int height, String scheme) {
    driver.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 600));
    driver.executeCdpCommand(
        "Emulation.setEmulatedMedia",
        Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
  }

  /** Loads a view, such as {@code #/}, from nothing. */
  void open(String view) {
    driver.get("about:blank");
    driver.get(base + "/" + view);
    awaitText("#connection", "live");
  }

  /** Goes to a view as a link would. */
  void go(String view) {
    js("location.hash = arguments[0]", view);
  }

  /** What a person reads in the first element of this kind; empty if there is none. */
  String text(String css) {
    return js("return document.querySelector(arguments[0])?.innerText ?? ''", css).toString();
  }

  void awaitText(String css, String part) {
    await(css + " says '" + part + "'")
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(text(css)).containsIgnoringCase(part));
  }

  /** How many elements there are of this kind. */
  long count(String css) {
    return (Long) js("return document.querySelectorAll(arguments[0]).length", css);
  }

  /** Clicks with the pointer; what is drawn anew at that moment is clicked again. */
  void click(String css) {
    await("click " + css)
        .atMost(PATIENCE)
        .ignoreExceptionsInstanceOf(WebDriverException.class)
        .until(
            () -> {
              WebElement element = driver.findElement(By.cssSelector(css));
              // Out from below the bar on top.
              js("arguments[0].scrollIntoView({block: 'center'})", element);
              element.click();
              return true;
            });
  }

  /** Types into whatever has the focus. */
  void type(CharSequence... keys) {
    driver.switchTo().activeElement().sendKeys(keys);
  }

  /**
   * Uses a command's button: says why, confirms, and returns what the dialog answers in the end.
   */
  String command(String type, String why) {
    dialog(type);
    js("document.getElementById('why').focus()");
    type(why, Keys.ENTER);
    return answer(type);
  }

  /** Opens the dialog of a command by its button; returns what it says will happen. */
  String dialog(String type) {
    click("[data-command=" + type + "]");
    await("the dialog of " + type).atMost(PATIENCE).until(() -> count("#why") > 0);
    return text("dialog");
  }

  /** Closes the dialog that is open by a key, and waits until it is gone. */
  void close(Keys key) {
    type(key);
    await("the dialog closes").atMost(PATIENCE).until(() -> count("dialog") == 0);
  }

  /** Waits for what a dialog that was confirmed answers in the end; closes it. */
  String answer(String type) {
    await("the coordinator's answer to " + type)
        .atMost(PATIENCE)
        .until(() -> count("dialog .accepted, dialog .refused") > 0);
    String answer = text("dialog .answer");
    close(Keys.ENTER);
    return answer;
  }

  Object js(String script, Object... args) {
    return driver.executeScript(script, args);
  }

  /** Runs a script of the test's resources. */
  Object run(String resource, Object... args) {
    try (InputStream in = Browser.class.getResourceAsStream(resource)) {
      return js(new String(in.readAllBytes(), StandardCharsets.UTF_8), args);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Time from the request to the first pixels, milliseconds. */
  double firstPaint() {
    return ((Number)
            js(
                "return performance.getEntriesByType('paint')"
                    + ".find(e => e.name === 'first-contentful-paint').startTime"))
        .doubleValue();
  }

  /** Bytes of all files that the page is made of, as they lie on the server. */
  long pageBytes() {
    return ((Number)
            js(
                "return performance.getEntriesByType('resource')"
                    + ".filter(e => e.name.includes('/assets/'))"
                    + ".concat(performance.getEntriesByType('navigation'))"
                    + ".reduce((sum, e) => sum + e.decodedBodySize, 0)"))
        .longValue();
  }

  /** Other hosts that the page asked for anything. */
  List<?> otherHosts() {
    return (List<?>)
        js(
            "return performance.getEntriesByType('resource').map(e => e.name)"
                + ".filter(n => !n.startsWith(location.origin))");
  }

  /** Fails if the console shows an error since the last time. */
  void assertQuiet() {
    assertThat(driver.manage().logs().get(LogType.BROWSER).getAll())
        .filteredOn(e -> e.getLevel().intValue() >= Level.WARNING.intValue())
        .as("the browser's console")
        .isEmpty();
  }

  /** Keeps what is to be seen. */
  void picture(String name) {
    try {
      Files.createDirectories(PICTURES);
      Files.write(PICTURES.resolve(name + ".png"), driver.getScreenshotAs(OutputType.BYTES));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    driver.quit();
  }
}
