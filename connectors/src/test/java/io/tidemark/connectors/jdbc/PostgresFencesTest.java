package io.tidemark.connectors.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tidemark.connectors.api.Claim;
import io.tidemark.connectors.api.RowFormat;
import io.tidemark.connectors.api.Rows;
import io.tidemark.connectors.api.Sink;
import io.tidemark.connectors.api.SinkWriter;
import io.tidemark.connectors.api.SinkWriter.Progress;
import io.tidemark.connectors.api.Source;
import io.tidemark.connectors.api.SourceShape;
import io.tidemark.connectors.sql.TableName;
import io.tidemark.core.lifecycle.Cursor;
import io.tidemark.core.lifecycle.Totals;
import io.tidemark.core.retry.FencedException;
import io.tidemark.core.retry.TaskException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.apache.avro.generic.GenericData;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A writer that stopped anywhere neither blocks its successor nor writes behind it. */
class PostgresFencesTest {

  /** Where the first writer stops. */
  enum Stop {
    AFTER_OPENING,
    AFTER_THE_LOCK,
    IN_MID_COPY,
    AFTER_THE_ROWS,
    AFTER_THE_PROGRESS
  }

  private static final Cursor END = Cursor.of("3");

  private TestDatabase database;
  private SourceShape shape;
  private Sink former;
  private Sink sink;

  @BeforeEach
  void create() throws Exception {
    database = new TestDatabase();
    database.run("CREATE TABLE a (id bigint PRIMARY KEY, v text)");
    try (Source source = new JdbcConnector().source(database.config("a"), null)) {
      shape = source.shape();
    }
    former = new JdbcConnector().sink(database.config("b")).orElseThrow();
    sink = new JdbcConnector().sink(database.config("b")).orElseThrow();
    sink.prepare(shape);
  }

  @AfterEach
  void drop() throws Exception {
    former.close();
    sink.close();
    database.close();
  }

  @ParameterizedTest
  @EnumSource
  void shouldNotBlockItsSuccessorWhenAWriterStops(Stop stop) throws Exception {
    PostgresWriter stopped = (PostgresWriter) open(former, 5);
    Totals totals = new Totals(3, 30, 7, "avro", 1, 0);
    if (stop.compareTo(Stop.AFTER_THE_LOCK) >= 0) {
      Rows rows = stopped.begin();
      if (stop.compareTo(Stop.IN_MID_COPY) >= 0) {
        // Far more than any buffer holds, so that rows with the successor's keys are at the server.
        put(rows, 1, 3, "x".repeat(200_000));
      }
    }
    if (stop.compareTo(Stop.AFTER_THE_ROWS) >= 0) {
      stopped.finishRows();
    }
    if (stop == Stop.AFTER_THE_PROGRESS) {
      stopped.advance(new Progress(END, totals, true));
    }

    long before = System.nanoTime();
    try (SinkWriter successor = open(sink, 6)) {
      assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(8));
      assertThat(successor.progress().orElseThrow().cursor()).isEqualTo(Cursor.START);
      put(successor.begin(), 1, 3, "mine");
      // While the successor's chunk is open, the stopped one goes on.
      if (stop == Stop.AFTER_OPENING) {
        assertThatThrownBy(stopped::begin).isInstanceOf(TaskException.class);
      } else {
        assertThatThrownBy(
                () -> {
                  if (stop.compareTo(Stop.AFTER_THE_ROWS) < 0) {
                    stopped.finishRows();
                  }
                  if (stop != Stop.AFTER_THE_PROGRESS) {
                    stopped.advance(new Progress(END, totals, true));
                  }
                  stopped.end(true);
                })
            .isInstanceOf(TaskException.class);
      }
      assertThatCode(stopped::abort).doesNotThrowAnyException();
      assertThatThrownBy(stopped::begin).isInstanceOf(TaskException.class);
      assertThatCode(stopped::close).doesNotThrowAnyException();
      successor.commit(END, totals, true);
    }
    assertThat(database.rows("SELECT v FROM b")).containsExactly("mine", "mine", "mine");
    assertThat(database.rows("SELECT fence, rows, complete FROM tidemark_progress"))
        .containsExactly("6|3|t");
    assertThatThrownBy(() -> open(former, 5)).isInstanceOf(FencedException.class);
  }

  @Test
  void shouldNotBlockItsSuccessorWhenAClaimantStopsRightAfterTheStatement() throws Exception {
    ProgressTable table = ProgressTable.beside(new TableName("public", "b"));
    try (Connection stopped = database.connect()) {
      stopped.setAutoCommit(false);
      table.claim(stopped, claim(5)); // and no more

      long before = System.nanoTime();
      try (SinkWriter successor = open(sink, 6)) {
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(8));
        assertThat(successor.progress().orElseThrow().cursor()).isEqualTo(Cursor.START);
      }
      assertThatThrownBy(() -> table.claim(stopped, claim(5))).isInstanceOf(SQLException.class);
    }
  }

  @Test
  void shouldBeRefusedAtBeginWhenAnotherSessionRaisedTheFence() throws Exception {
    try (SinkWriter old = open(former, 5)) {
      database.run("UPDATE tidemark_progress SET fence = 6");
      assertThatThrownBy(old::begin).isInstanceOf(FencedException.class);
    }
    assertThat(database.rows("SELECT fence FROM tidemark_progress")).containsExactly("6");
  }

  @Test
  void shouldBeRefusedWhenTheProgressRowIsGone() throws Exception {
    try (SinkWriter old = open(former, 5)) {
      database.run("DELETE FROM tidemark_progress");
      assertThatThrownBy(old::begin)
          .isInstanceOf(FencedException.class)
          .hasMessageContaining("gone");
    }
  }

  @Test
  void shouldTellTheProgressWhenTheReplyToTheCommitWasLost() throws Exception {
    Totals totals = new Totals(3, 30, -7, "avro", 1, 0);
    try (BrokenLine line = new BrokenLine(TestDatabase.port());
        Sink far =
            new JdbcConnector()
                .sink(database.config("b").put("url", database.url(line.port())))
                .orElseThrow()) {
      PostgresWriter writer = (PostgresWriter) open(far, 5);
      put(writer.begin(), 1, 3, "once");
      writer.finishRows();
      writer.advance(new Progress(END, totals, true));
      line.loseNextReply();
      assertThatThrownBy(() -> writer.end(true))
          .isInstanceOfSatisfying(
              TaskException.class, e -> assertThat(e.kind().name()).isEqualTo("UNAVAILABLE"));
      assertThatCode(writer::close).doesNotThrowAnyException();
    }
    await().until(() -> database.rows("SELECT count(*) FROM b").equals(List.of("3")));
    try (SinkWriter again = open(sink, 6)) {
      assertThat(again.progress()).hasValue(new Progress(END, totals, true));
    }
    assertThat(database.rows("SELECT count(*) FROM b")).containsExactly("3");
  }

  @Test
  void shouldBeUnavailableAndOpenAgainWhenTheServerEndedItsSessions() throws Exception {
    try (SinkWriter writer = open(sink, 5)) {
      Rows rows = writer.begin();
      database.run(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
              + " WHERE datname = current_database() AND application_name = 'tidemark'");
      assertThatThrownBy(
              () -> {
                put(rows, 1, 3, "lost");
                writer.commit(END, new Totals(3, 30, -7, "avro", 1, 0), true);
              })
          .isInstanceOfSatisfying(
              TaskException.class, e -> assertThat(e.kind().name()).isEqualTo("UNAVAILABLE"));
    }
    try (SinkWriter again = open(sink, 5)) {
      assertThat(again.progress().orElseThrow().totals().rows()).isZero();
    }
  }

  private SinkWriter open(Sink of, long fence) throws TaskException {
    return of.open(claim(fence), shape, RowFormat.RECORDS);
  }

  private static Claim claim(long fence) {
    return new Claim("copy-00000000", "copy-00000000/000001", fence, "w" + fence);
  }

  private void put(Rows rows, int from, int to, String value) throws TaskException {
    for (int i = from; i <= to; i++) {
      GenericData.Record row = new GenericData.Record(shape.schema());
      row.put(0, (long) i);
      row.put(1, value);
      rows.record(row);
    }
  }
}
