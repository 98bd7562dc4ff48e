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
import java.util.List;
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

  @Test
  void shouldTellEverythingAsItIsAndThenWhatChanges() throws Exception {
    HttpResponse<InputStream> answer = listen("?backfill=" + ApiFixture.ID);
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("content-type").orElse(""))
        .startsWith("text/event-stream");
    BufferedReader in =
        new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8));
    assertThat(until(in, "event: decision"))
        .contains("retry: 2000", "event: progress", "event: workers", "event: alert");

    api.post(
        "/api/v1/backfills/" + ApiFixture.ID + "/commands",
        "{\"type\":\"resume\",\"command_id\":\"heard\"}");

    assertThat(until(in, "\"heard\"")).anyMatch(l -> l.startsWith("id: "));
  }

  @Test
  void shouldReadAllDecisionsAndAlertsOnceForAListenerAndThenOnlyWhatIsNew() throws Exception {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(listen("").body(), StandardCharsets.UTF_8));
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
    api.post(
        "/api/v1/backfills/" + ApiFixture.ID + "/commands",
        "{\"type\":\"resume\",\"command_id\":\"before\"}");
    BufferedReader in =
        new BufferedReader(new InputStreamReader(listen("").body(), StandardCharsets.UTF_8));
    until(in, "\"before\"");
    api.post(
        "/api/v1/backfills/" + ApiFixture.ID + "/commands",
        "{\"type\":\"pause\",\"command_id\":\"after\"}");

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
