package io.tidemark.worker.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.tidemark.connectors.Route;
import io.tidemark.connectors.Specs;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.FailureKind;
import io.tidemark.schemas.spec.Spec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

final class RoutesTest {

  private static final String BACKFILL = "copy-1a2b3c4d";

  private final Logger logger = (Logger) LoggerFactory.getLogger(Routes.class);
  private final ListAppender<ILoggingEvent> told = new ListAppender<>();

  @TempDir private Path dir;

  @BeforeEach
  void listen() {
    told.start();
    logger.addAppender(told);
  }

  @AfterEach
  void stopListening() {
    logger.detachAppender(told);
  }

  @Test
  void shouldSayOnceWhatThisWorkerLacksAndOnceThatItHasIt() throws Exception {
    try (Routes routes = new Routes(Clock.systemUTC())) {
      routes.know(BACKFILL, Specs.parser().parse(spec(), "s.yaml"), schema("a", "b"), 1);
      Files.writeString(dir.resolve("in.csv"), "a,b\n1,2\n");
      for (int i = 0; i < 3; i++) {
        TaskException e =
            catchThrowableOfType(TaskException.class, () -> routes.acquire(BACKFILL).close());
        assertThat(e.kind()).isEqualTo(FailureKind.LOCAL);
      }
      assertThat(messages())
          .singleElement()
          .asString()
          .contains(BACKFILL, "source.file.path", "secret.properties", "folder", "every 30000 ms");

      Files.writeString(dir.resolve("secret.properties"), "folder=" + dir + "\n");
      routes.acquire(BACKFILL).close();

      assertThat(messages())
          .hasSize(2)
          .last()
          .asString()
          .contains("can do its partitions now")
          .doesNotContain(dir.toString());
    }
  }

  @Test
  void shouldRefuseASourceThatChangedSinceItWasPlanned() throws Exception {
    Files.writeString(dir.resolve("secret.properties"), "folder=" + dir + "\n");
    Files.writeString(dir.resolve("in.csv"), "a,c\n1,2\n");
    try (Routes routes = new Routes(Clock.systemUTC())) {
      routes.know(BACKFILL, Specs.parser().parse(spec(), "s.yaml"), schema("a", "b"), 1);

      TaskException e =
          catchThrowableOfType(TaskException.class, () -> routes.acquire(BACKFILL).close());

      assertThat(e.kind()).isEqualTo(FailureKind.FATAL);
      assertThat(e.code()).isEqualTo(SchemaDrift.CODE);
      assertThat(e).hasMessageContainingAll("column b is gone", "column c is new", "plan again");
    }
  }

  @Test
  void shouldRefuseALaterClaimOnASourceThatChangedWhileItWasOpen() throws Exception {
    Files.writeString(dir.resolve("secret.properties"), "folder=" + dir + "\n");
    Files.writeString(dir.resolve("in.csv"), "a,b\n1,2\n");
    Settable clock = new Settable();
    try (Routes routes = new Routes(clock)) {
      routes.know(BACKFILL, Specs.parser().parse(spec(), "s.yaml"), schema("a", "b"), 1);
      routes.acquire(BACKFILL).close();
      Files.writeString(dir.resolve("in.csv"), "a,c\n1,2\n");
      clock.ms = 9_999;
      routes.acquire(BACKFILL).close();

      clock.ms = 10_000;
      TaskException e =
          catchThrowableOfType(TaskException.class, () -> routes.acquire(BACKFILL).close());

      assertThat(e.code()).isEqualTo(SchemaDrift.CODE);
      assertThat(e).hasMessageContainingAll("column b is gone", "column c is new");
    }
  }

  @Test
  void shouldForgetWhatWasArchivedAndKnowItAnewWhenItIsPlannedAgain() throws Exception {
    Files.writeString(dir.resolve("secret.properties"), "folder=" + dir + "\n");
    Files.writeString(dir.resolve("in.csv"), "a,c\n1,2\n");
    Spec spec = Specs.parser().parse(spec(), "s.yaml");
    try (Routes routes = new Routes(Clock.systemUTC())) {
      routes.know(BACKFILL, spec, schema("a", "b"), 1);
      Throttle before = routes.throttle(BACKFILL);

      routes.forget(BACKFILL, 5);

      assertThat(routes.throttle(BACKFILL)).isNotSameAs(before);
      assertThatThrownBy(() -> routes.acquire(BACKFILL)).hasMessageContaining("is not known");
      routes.know(BACKFILL, spec, schema("a", "c"), 6);
      routes.acquire(BACKFILL).close();
      // What was read late is about the archived one.
      routes.forget(BACKFILL, 5);
      routes.know(BACKFILL, spec, schema("a", "b"), 1);
      routes.acquire(BACKFILL).close();
    }
  }

  @Test
  void shouldCloseTheRouteOfAnArchivedBackfillWithItsLastUse() throws Exception {
    Files.writeString(dir.resolve("secret.properties"), "folder=" + dir + "\n");
    Files.writeString(dir.resolve("in.csv"), "a,b\n1,2\n");
    try (Routes routes = new Routes(Clock.systemUTC())) {
      routes.know(BACKFILL, Specs.parser().parse(spec(), "s.yaml"), schema("a", "b"), 1);
      Routes.Use use = routes.acquire(BACKFILL);
      assertThat(use.route()).isNotNull();

      routes.forget(BACKFILL, 5);
      assertThat(use.route()).as("still in use").isNotNull();
      use.close();

      assertThat(use.route()).isNull();
    }
  }

  /** A clock that shows what it is told, milliseconds since the epoch. */
  private static final class Settable extends Clock {
    private long ms;

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Instant instant() {
      return Instant.ofEpochMilli(ms);
    }
  }

  /** The schema of a file with these columns, as a planner would have found it. */
  private String schema(String... columns) throws Exception {
    Path before = Files.createDirectories(dir.resolve("before"));
    Files.writeString(before.resolve("in.csv"), String.join(",", columns) + "\n1,2\n");
    String spec = spec().replace("${file:" + dir + "/secret.properties:folder}", before.toString());
    return Route.look(Specs.parser().parse(spec, "s.yaml")).schema().toString();
  }

  private List<String> messages() {
    return told.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
  }

  private String spec() {
    return """
        apiVersion: tidemark/v1
        name: copy
        source: {file: {path: "${file:%s/secret.properties:folder}/in.csv", format: csv}}
        sink: {file: {path: "%s/out", format: csv}}
        """
        .formatted(dir, dir);
  }
}
