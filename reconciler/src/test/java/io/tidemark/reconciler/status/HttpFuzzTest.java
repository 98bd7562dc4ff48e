package io.tidemark.reconciler.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.tidemark.reconciler.Samples;
import io.tidemark.reconciler.flow.MalformedRecords;
import io.tidemark.reconciler.flow.Queries;
import io.tidemark.reconciler.flow.TopologyFixture;
import io.tidemark.testing.Fuzz;
import io.tidemark.testing.Mutator;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damaged requests, byte for byte on the socket. */
class HttpFuzzTest {

  private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] (\\d{3}) ");
  private static final Pattern STACK_TRACE =
      Pattern.compile(
          "\\tat |\\bat [a-z]+\\.[a-z.]+[A-Z]\\w*\\.|Exception|io\\.tidemark|org\\.eclipse");
  private static final List<String> PATHS =
      List.of(
          "/api/v1/backfills",
          "/api/v1/backfills/a-00000000",
          "/api/v1/backfills/a-00000000/partitions?state=pending&after=a-00000000/000000&limit=2",
          "/api/v1/backfills/a-00000000/cells?after=a-00000000/000000&limit=2",
          "/api/v1/backfills/a-00000000/failures",
          "/api/v1/decisions?backfill=a-00000000&limit=2",
          "/api/v1/alerts?backfill=a-00000000&open=true&limit=2",
          "/api/v1/session",
          "/api/v1/workers",
          "/openapi.json",
          "/assets/index.html",
          "/api/v1/malformed-records",
          "/health/live",
          "/health/ready",
          "/metrics");
  private static final List<String> PIECES =
      List.of(
          "/",
          "//",
          "..",
          "/../",
          "%",
          "%00",
          "%2F",
          "%2e%2e/",
          "%C0%80",
          "%ED%A0%80",
          "%u0041",
          "?",
          "&",
          "=",
          ";",
          "#",
          "state=",
          "limit=",
          "limit=-1",
          "limit=99999999999",
          "after=",
          "\r\n",
          "\n",
          "\r",
          ": ",
          " ",
          "\t",
          "HEAD ",
          "POST ",
          "PUT ",
          "OPTIONS ",
          "TRACE ",
          "CONNECT ",
          "\0",
          "HTTP/0.9",
          "HTTP/2.0",
          "Content-Length: 99999999999\r\n",
          "Content-Length: -1\r\n",
          "Transfer-Encoding: chunked\r\n",
          "FFFFFFFFF\r\n",
          "Expect: 100-continue\r\n",
          "Accept-Encoding: gzip, br;q=x\r\n",
          "Range: bytes=0-,-1\r\n",
          "Upgrade: h2c\r\n",
          "Cookie: a=\"\r\n",
          "Host: [::\r\n",
          "Origin: x\r\n",
          "Content-Type: multipart/form-data\r\n");

  static final Health UP =
      new Health() {
        @Override
        public Optional<String> dead() {
          return Optional.empty();
        }

        @Override
        public Optional<String> unready() {
          return Optional.empty();
        }
      };

  @TempDir Path dir;

  @Test
  void shouldAnswerOrRefuseWithoutAnErrorOfItsOwnWhenARequestIsDamaged() throws Exception {
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    MalformedRecords malformed = new MalformedRecords(1);
    try (TopologyFixture topology = new TopologyFixture(dir)) {
      topology.plan(Samples.plan("a-00000000", 2, 4, false));
      for (int i = 0; i < 4; i++) {
        topology.planned(Samples.descriptor("a-00000000", i, 2));
      }
      topology.settle();
      Queries queries = new Queries(topology);
      try (ReconcilerMetrics metrics =
              new ReconcilerMetrics(registry, registry::scrape, queries, malformed);
          StatusServer server =
              Servers.start(0, Optional.empty(), queries, UP, malformed, metrics)) {
        Fuzz.run(
            "HttpFuzzTest",
            1_000,
            400,
            new Mutator(requests(), PIECES),
            request -> check(answer(server.port(), request)));
        assertThat(answer(server.port(), requests().getFirst())).startsWith("HTTP/1.1 200 ");
        assertThat(answer(server.port(), get("/api/v1/backfills/a-000%u0041/partitions")))
            .startsWith("HTTP/1.1 400 ");
      }
    }
    registry.close();
  }

  private static List<byte[]> requests() {
    List<byte[]> all = new ArrayList<>();
    for (String path : PATHS) {
      all.add(get(path));
    }
    String body = "{\"type\":\"nothing\",\"arguments\":{\"lanes\":\"1\"},\"why\":\"x\"}";
    all.add(
        ("POST /api/v1/backfills/a-00000000/commands HTTP/1.1\r\nHost: localhost\r\n"
                + "Content-Type: application/json\r\nConnection: close\r\nContent-Length: "
                + body.length()
                + "\r\n\r\n"
                + body)
            .getBytes(StandardCharsets.UTF_8));
    String post =
        "POST /api/v1/backfills HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
    all.add((post + "Content-Length: 2\r\n\r\n{}").getBytes(StandardCharsets.UTF_8));
    all.add(
        (post + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n")
            .getBytes(StandardCharsets.UTF_8));
    return all;
  }

  private static byte[] get(String path) {
    String head = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n";
    return (head + "Connection: close\r\n\r\n").getBytes(StandardCharsets.UTF_8);
  }

  /** All that comes back until the server closes; it may close without a word. */
  private static String answer(int port, byte[] request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      try {
        socket.getOutputStream().write(request);
        socket.shutdownOutput();
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
      } catch (SocketException refused) {
        // It closed before it had read everything, which resets the connection.
        return "";
      }
    }
  }

  private static boolean check(String answer) {
    Matcher status = STATUS.matcher(answer);
    boolean taken = false;
    while (status.find()) {
      assertThat(status.group(1)).as(answer).isNotIn("500", "502", "503", "504");
      taken |= status.group(1).equals("200");
    }
    assertThat(STACK_TRACE.matcher(answer).find()).as(answer).isFalse();
    return taken;
  }
}
