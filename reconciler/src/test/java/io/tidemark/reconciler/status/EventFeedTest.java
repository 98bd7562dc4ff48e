package io.tidemark.reconciler.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.reconciler.Samples;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class EventFeedTest {

  private final HttpClient http = HttpClient.newHttpClient();
  private final List<InputStream> open = new ArrayList<>();
  private ApiFixture api;

  @BeforeEach
  void start(@TempDir Path directory) {
    api = new ApiFixture(directory, false);
  }

  @AfterEach
  void stop() throws Exception {
    for (InputStream in : open) {
      in.close();
    }
    api.close();
    http.close();
  }

  private HttpResponse<InputStream> listen(String query) throws Exception {
    HttpResponse<InputStream> answer =
        http.send(
            api.request("/api/v1/events" + query).build(),
            HttpResponse.BodyHandlers.ofInputStream());
    open.add(answer.body());
    return answer;
  }

  /** Reads up to a line. */
  private static List<String> until(BufferedReader in, String last) throws Exception {
    List<String> lines = new ArrayList<>();
    String line = in.readLine();
    while (line != null && !line.contains(last)) {
      lines.add(line);
      line = in.readLine();
    }
    assertThat(line).as("ended after %s", lines).isNotNull();
    lines.add(line);
    return lines;
  }

  private static BufferedReader reader(HttpResponse<InputStream> answer) {
    return new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8));
  }

  /** Reads until an event of every kind has come. */
  private static void all(BufferedReader in) throws Exception {
    Set<String> missing = new HashSet<>(Set.of("progress", "workers", "alert", "decision"));
    while (!missing.isEmpty()) {
      missing.remove(until(in, "event: ").getLast().substring("event: ".length()));
    }
  }

  private void ask(String type, String id) throws Exception {
    HttpResponse<String> answer =
        api.post(
            "/api/v1/backfills/" + ApiFixture.ID + "/commands",
            "{\"type\":\"%s\",\"command_id\":\"%s\"}".formatted(type, id));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
  }

  @Test
  void shouldTellAllThatChangesWhenTopicsOfAlertsAndDecisionsCannotBeRead() throws Exception {
    api.newsGoAway();
    BufferedReader in = reader(listen(""));
    all(in);

    ask("resume", "heard");
    until(in, "\"heard\"");
    api.heartbeat(Samples.heartbeat("later", 1_000_700));

    until(in, "later");
  }

  @Test
  void shouldTellWhatCameLatelyWhenTheStateIsACopyThatMissedIt() throws Exception {
    ask("resume", "missed");
    api.stateMoves();

    until(reader(listen("")), "\"missed\"");
    until(reader(listen("")), "\"missed\"");
  }

  @Test
  void shouldTellANewListenerWhatOthersKnowWhileTheStateIsAskedFor() throws Exception {
    all(reader(listen("")));
    api.stateHangs(true);
    try {
      all(reader(listen("")));
    } finally {
      api.stateHangs(false);
    }
  }

  @Test
  void shouldTellEverythingAsItIsAndThenWhatChanges() throws Exception {
    HttpResponse<InputStream> answer = listen("?backfill=" + ApiFixture.ID);
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("content-type").orElse(""))
        .startsWith("text/event-stream");
    BufferedReader in = reader(answer);
    assertThat(in.readLine()).isEqualTo("retry: 2000");
    all(in);

    ask("resume", "heard");

    assertThat(until(in, "\"heard\"")).anyMatch(l -> l.startsWith("id: "));
  }

  @Test
  void shouldReadAllDecisionsAndAlertsOnceForAListenerAndThenOnlyWhatIsNew() throws Exception {
    BufferedReader in = reader(listen(""));
    until(in, "event: decision");
    int decisions = api.reads("decisions");
    int alerts = api.reads("alerts");

    // Each is told by a look of its own, a second after the other.
    for (int look = 1; look <= 3; look++) {
      api.heartbeat(Samples.heartbeat("later-" + look, 1_000_600 + look));
      until(in, "later-" + look);
    }

    assertThat(api.reads("decisions")).isEqualTo(decisions);
    assertThat(api.reads("alerts")).isEqualTo(alerts);
  }

  @Test
  void shouldTellAListenerOnlyOnceWhatCameWhileNobodyListened() throws Exception {
    ask("resume", "before");
    BufferedReader in = reader(listen(""));
    until(in, "\"before\"");
    ask("pause", "after");

    assertThat(until(in, "\"after\"")).noneMatch(l -> l.contains("\"before\""));
  }

  @Test
  void shouldRefuseWhenTooManyListen() throws Exception {
    for (int i = 0; i < EventFeed.MAX_LISTENERS; i++) {
      assertThat(listen("").statusCode()).isEqualTo(200);
    }

    HttpResponse<InputStream> more = listen("");

    assertThat(more.statusCode()).isEqualTo(503);
    assertThat(more.headers().firstValue("content-type")).hasValue("application/problem+json");
    assertThat(more.headers().firstValue("retry-after")).isPresent();
  }
}
