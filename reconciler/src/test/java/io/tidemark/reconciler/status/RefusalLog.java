package io.tidemark.reconciler.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.net.http.HttpResponse;
import java.util.List;
import org.slf4j.LoggerFactory;

/** What a server refuses must be answered as a problem, and logged, and tell nothing. */
final class RefusalLog implements AutoCloseable {

  static final List<String> SECRETS =
      List.of(
          ApiFixture.SECRET,
          ApiFixture.OPERATOR,
          ApiFixture.READER,
          "wrong-token",
          "io.tidemark",
          "\tat ",
          "jetty");

  private final ListAppender<ILoggingEvent> log = new ListAppender<>();

  RefusalLog() {
    log.start();
    logger().addAppender(log);
  }

  private static Logger logger() {
    return (Logger) LoggerFactory.getLogger(Refusals.class);
  }

  void clear() {
    log.list.clear();
  }

  /** Checks that the answer refuses with this status, as it should. */
  void refused(int status, HttpResponse<String> answer) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(answer.headers().firstValue("content-type")).hasValue(Problem.TYPE);
    assertThat(answer.body()).contains("\"status\":" + status).doesNotContain(SECRETS);
    SecurityHeaders.ALL.forEach(
        (name, value) -> assertThat(answer.headers().firstValue(name)).hasValue(value));
    logged(status);
  }

  /** Checks the same of an answer as it came over the wire. */
  void refused(int status, String answer) {
    assertThat(answer)
        .startsWith("HTTP/1.1 " + status + " ")
        .contains(Problem.TYPE)
        .contains("Content-Security-Policy: default-src 'none'")
        .doesNotContain(SECRETS);
    logged(status);
  }

  void logged(int status) {
    await().untilAsserted(() -> assertThat(told(status)).isPositive());
  }

  /** Lines of this status; all must be one line each, without secrets. */
  long told(int status) {
    List<String> lines =
        List.copyOf(log.list).stream().map(ILoggingEvent::getFormattedMessage).toList();
    assertThat(lines)
        .allSatisfy(l -> assertThat(l).doesNotContain(SECRETS).doesNotContain("\n", "\r"));
    return lines.stream().filter(l -> l.startsWith("refused " + status + " to ")).count();
  }

  @Override
  public void close() {
    logger().detachAppender(log);
  }
}
