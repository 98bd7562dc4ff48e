package io.tidemark.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tidemark.cli.Cli;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs every command of {@code docs/runbooks}, in the situation that the runbook is for. In a block
 * marked {@code sh}, lines behind a command say what must come of it: {@code # shows: TEXT}, {@code
 * # exits: 3} or {@code # exits: 0 or 2} (without, 0), and {@code # runs, and shows: TEXT} of one
 * that ends only when it is told to.
 */
@Isolated("it reads what this process writes")
class RunbookTest {

  private static final Path BOOKS =
      Path.of(System.getProperty("tidemark.root"), "docs", "runbooks");

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private static final Pattern BLOCK = Pattern.compile("(?ms)^ *```sh\\n(.*?)^ *```$");
  private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|(\\S+)");
  private static final Pattern VARIABLE = Pattern.compile("\\$([A-Z]+)");

  /** Verbs that need secrets of the environment, or end only when they are told to. */
  private static final Set<String> PROCESSES =
      Set.of("plan", "worker", "reconciler", "tail", "doctor");

  /** Verbs and commands that change nothing: what they show may take a while to be so. */
  private static final Set<String> LOOKS = Set.of("status", "alerts", "audit", "dead-letters");

  @RegisterExtension static final Fleet fleet = new Fleet();

  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private static RunbookSituations situations;

  @BeforeAll
  static void start() throws SQLException {
    situations = new RunbookSituations(fleet);
  }

  @AfterAll
  static void stop() throws SQLException {
    situations.close();
  }

  static List<String> runbooks() throws IOException {
    try (Stream<Path> files = Files.list(BOOKS)) {
      return files
          .map(f -> f.getFileName().toString())
          .filter(n -> n.endsWith(".md") && !n.equals("README.md"))
          .map(n -> n.replace(".md", ""))
          // What it waits for goes on meanwhile.
          .sorted((a, b) -> Boolean.compare(a.equals("stuck"), b.equals("stuck")))
          .toList();
    }
  }

  /**
   * A command of a runbook.
   *
   * @param words as a shell would split them
   * @param runs whether it runs until it is told to end
   */
  private record Step(
      String line, List<String> words, List<String> shows, String exits, boolean runs) {

    private boolean looks() {
      return words.get(0).equals("curl") || LOOKS.contains(words.get(1));
    }
  }

  @ParameterizedTest
  @MethodSource("runbooks")
  void shouldShowWhatTheRunbookSaysWhenInItsSituation(String runbook) throws Exception {
    Map<String, String> variables = situations.of(runbook);
    List<Step> steps = steps(Files.readString(BOOKS.resolve(runbook + ".md")), variables);
    assertThat(steps).isNotEmpty();

    for (Step step : steps) {
      situations.before(runbook, step.words().get(1));
      if (step.looks()) {
        await(runbook + ": " + step.line())
            .atMost(PATIENCE)
            .pollInterval(Duration.ofMillis(500))
            .untilAsserted(() -> run(step));
      } else {
        run(step);
      }
    }
    situations.after(variables);
  }

  @Test
  void shouldListEveryRunbookAndHaveAnEndAndAWarningInEach() throws IOException {
    String list = Files.readString(BOOKS.resolve("README.md"));
    for (String runbook : runbooks()) {
      assertThat(list).contains("(" + runbook + ".md)");
      assertThat(Files.readString(BOOKS.resolve(runbook + ".md")))
          .as(runbook)
          .contains("**When:**", "**Over when**", "**Never**");
    }
  }

  @Test
  void shouldNameEveryAlertOfPrometheusWhereItLeads() throws IOException {
    String alerts =
        Files.readString(BOOKS.resolveSibling("../deploy/prometheus/alerts.yml").normalize());
    Matcher alert =
        Pattern.compile("(?s)- alert: (\\w+).*?runbook_url: docs/(runbooks/\\S+)").matcher(alerts);
    int found = 0;
    while (alert.find()) {
      assertThat(Files.readString(BOOKS.resolveSibling(alert.group(2))))
          .as("%s leads to %s", alert.group(1), alert.group(2))
          .contains(alert.group(1));
      found++;
    }
    assertThat(found).isGreaterThan(12);
  }

  private static List<Step> steps(String page, Map<String, String> variables) {
    List<Step> steps = new ArrayList<>();
    Matcher block = BLOCK.matcher(page);
    while (block.find()) {
      List<String> lines = block.group(1).lines().map(String::strip).toList();
      for (int i = 0; i < lines.size(); ) {
        String line = lines.get(i++);
        List<String> shows = new ArrayList<>();
        String exits = "0";
        boolean runs = false;
        while (i < lines.size() && lines.get(i).startsWith("# ")) {
          String told = filled(lines.get(i++).substring(2), variables);
          if (told.startsWith("runs, and ")) {
            runs = true;
            told = told.substring("runs, and ".length());
          }
          if (told.startsWith("exits: ")) {
            exits = told.substring("exits: ".length());
          } else {
            assertThat(told).as("what %s says of a command", line).startsWith("shows: ");
            shows.add(told.substring("shows: ".length()));
          }
        }
        List<String> words = new ArrayList<>();
        Matcher word = WORD.matcher(line);
        while (word.find()) {
          words.add(filled(word.group(1) == null ? word.group(2) : word.group(1), variables));
        }
        assertThat(words.get(0)).as(line).isIn("tidemark", "curl");
        steps.add(new Step(line, words, shows, exits, runs));
      }
    }
    return steps;
  }

  private static String filled(String text, Map<String, String> variables) {
    return VARIABLE
        .matcher(text)
        .replaceAll(
            m -> {
              assertThat(variables).as(text).containsKey(m.group(1));
              return Matcher.quoteReplacement(variables.get(m.group(1)));
            });
  }

  private static void run(Step step) throws Exception {
    if (step.words().get(0).equals("curl")) {
      assertThat(step.words().subList(1, step.words().size() - 1)).containsExactly("-sS");
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(step.words().get(step.words().size() - 1))).build();
      check(step, 0, HTTP.send(request, HttpResponse.BodyHandlers.ofString()).body());
      return;
    }
    String[] args = step.words().subList(1, step.words().size()).toArray(String[]::new);
    if (PROCESSES.contains(args[0])) {
      try (Proc p = fleet.start(args[0], args)) {
        if (step.runs()) {
          step.shows().forEach(p::awaitLine);
          p.signal("TERM");
          p.exit(Fleet.SHORT);
        } else {
          check(step, p.exit(Fleet.SHORT), p.out() + p.err());
        }
      }
      return;
    }
    Cli cli = Cli.run(args);
    check(step, cli.exitCode(), cli.out() + cli.err());
  }

  private static void check(Step step, int exitCode, String said) {
    assertThat(step.exits().split(" or "))
        .as("exit code of %s, which said%n%s", step.line(), said)
        .contains(Integer.toString(exitCode));
    step.shows().forEach(text -> assertThat(said).as(step.line()).contains(text));
  }
}
