package io.tidemark.connectors.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.connectors.api.Claim;
import io.tidemark.connectors.api.Probing;
import io.tidemark.connectors.api.RowFormat;
import io.tidemark.connectors.api.Rows;
import io.tidemark.connectors.api.Sink;
import io.tidemark.connectors.api.SinkWriter;
import io.tidemark.connectors.api.Source;
import io.tidemark.connectors.api.SourceShape;
import io.tidemark.connectors.jdbc.JdbcConnector;
import io.tidemark.core.lifecycle.Cursor;
import io.tidemark.core.lifecycle.Totals;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.FailureKind;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What does not fit is said by name, when a plan is made. */
class SqlConnectorTest {

  private static ObjectNode config(String url) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("url", url)
        .put("user", "app")
        .put("password", "s3cret-pw")
        .put("table", "t");
  }

  @Test
  void shouldNameTheSchemeAndTheRemedyWhenThereIsNoDriver() {
    assertThatThrownBy(
            () -> new JdbcConnector().source(config("jdbc:oracle:thin:me/hush@db:1521/x"), null))
        .isInstanceOfSatisfying(
            TaskException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.LOCAL))
        .hasMessageContainingAll("no JDBC driver for jdbc:oracle:", "TIDEMARK_CLASSPATH=")
        .hasMessageNotContaining("hush");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {
        "jdbc:mariadb://me:hush@db/shop?password=hush mariadb://db/shop",
        "jdbc:mariadb://me:hu/sh@db/shop mariadb://db/shop",
        "jdbc:mariadb://me:hu@sh@db:3306/shop mariadb://db:3306/shop",
        "jdbc:mariadb://me:hu?sh@db/shop mariadb:…",
        "jdbc:mariadb://me:12;hush@db/shop?x=y mariadb:…",
        "jdbc:mariadb://db/shop?user=me&password=hu@sh mariadb:…",
        "jdbc:MySQL://me:hush@a:1,you:hush@b:2/shop MySQL://b:2/shop",
        "jdbc:mysql://address=(host=db)(user=me)(password=hush)/shop mysql:…",
        "jdbc:postgresql://me:hush@db/shop postgresql://db/shop",
        "jdbc:h2:tcp://db/~/x;PASSWORD=hush h2:tcp://db/~/x",
        "jdbc:h2:mem:x;USER=me;PASSWORD=hu@sh h2:mem:x",
        "jdbc:sqlite:/var/x.db sqlite:/var/x.db",
        "jdbc:duckdb:/home/me@here/x.db duckdb:/home/me@here/x.db",
        "jdbc:hsqldb:hsql://db/x;password=hush hsqldb:hsql://db/x",
        "jdbc:oracle:thin:scott/hush@//db:1521/x oracle:…",
        "jdbc:oracle:thin:scott/hush@db:1521:x oracle:…",
        "jdbc:db2://db:50000/shop:user=me;password=hush; db2:…",
        "jdbc:teradata://db/USER=me,PASSWORD=hush,DATABASE=x teradata:…",
        "jdbc:mysql+srv://me:hush@db/shop mysql+srv:…",
        "jdbc:hush …"
      })
  void shouldTellNoSecretWhenItTellsThePlace(String url, String place) {
    assertThat(SqlEndpoint.place(url)).isEqualTo(place).doesNotContain("hu", "sh@");
  }

  @Test
  void shouldTellNothingOfTheLoginWhenADriverQuotesTheUrl() throws Exception {
    ObjectNode config = config("jdbc:h2:mem:x;USER=me;PASSWORD=hush-hush;and no more");
    config.remove(List.of("user", "password"));
    try (Source source = new JdbcConnector().source(config, null)) {
      assertThatThrownBy(source::shape)
          .isInstanceOf(TaskException.class)
          .hasMessageContainingAll("source t at h2:mem:x: connecting: ", "jdbc:h2:mem:x")
          .satisfies(e -> assertThat(stackTrace(e)).doesNotContain("hush"));
    }
  }

  private static String stackTrace(Throwable e) {
    StringWriter text = new StringWriter();
    e.printStackTrace(new PrintWriter(text));
    return text.toString();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "jdbc:mariadb://me:hush@db/shop; no jdbc:mariadb://me:hush@db/shop here; no jdbc:PLACE here",
        "jdbc:mariadb://me:hush@db/shop; cannot parse //me:hush@db/shop; cannot parse //…",
        "jdbc:mariadb://me:hush@db/shop?a=b; at me:hush@db; at me:…@db",
        "jdbc:oracle:thin:scott/hush@//db:1521/x; scott/hush@//db:1521/x is none; … is none",
        "jdbc:x://db?password=hush&y=z; option password=hush&y=zz; option password=…&y=zz",
        "jdbc:x://db/shop; the table shop is not there; the table shop is not there"
      })
  void shouldTakeOutOfWhatADriverSaysWhatAUrlMayHideThere(String url, String said, String masked) {
    assertThat(UrlSecrets.of(url, "PLACE").masked(said)).isEqualTo(masked);
  }

  @Test
  void shouldBeUnavailableWhenNobodyListens() throws Exception {
    int port;
    try (ServerSocket s = new ServerSocket(0)) {
      port = s.getLocalPort();
    }
    try (Source source =
        new JdbcConnector().source(config("jdbc:mariadb://127.0.0.1:" + port + "/x"), null)) {
      assertThatThrownBy(source::shape)
          .isInstanceOfSatisfying(
              TaskException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.UNAVAILABLE))
          .hasMessageContaining("source t at mariadb://127.0.0.1:" + port + "/x")
          .hasMessageNotContaining("s3cret-pw");
    }
  }

  @Test
  void shouldBeFatalWhenThePasswordIsWrong() throws Exception {
    try (TestSql database = TestSql.mariadb();
        Source source =
            new JdbcConnector().source(database.config("t").put("password", "s3cret-pw"), null)) {
      assertThatThrownBy(source::shape)
          .isInstanceOfSatisfying(
              TaskException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.FATAL))
          .hasMessageContaining("check user, password and rights")
          .hasMessageNotContaining("s3cret-pw");
    }
  }

  @Test
  void shouldListWhatItLacksWhenOnlyTheDriverIsKnown() throws Exception {
    try (TestSql database = TestSql.hsqldb()) {
      database.run("CREATE TABLE \"t\" (\"id\" BIGINT PRIMARY KEY, \"name\" VARCHAR(10))");
      try (Source source = new JdbcConnector().source(database.config("t"), null);
          Sink upsert =
              new JdbcConnector().sink(database.config("t").put("mode", "upsert")).orElseThrow();
          Sink missing = new JdbcConnector().sink(database.config("u")).orElseThrow()) {
        assertThat(source.explain(RowFormat.RECORDS))
            .anyMatch(l -> l.contains("general dialect: modes upsert"));
        assertThat(upsert.explain()).anyMatch(l -> l.contains("general dialect: modes upsert"));
        SourceShape shape = source.shape();
        assertThatThrownBy(() -> upsert.check(shape)).hasMessageContaining("mode upsert is not");
        assertThatThrownBy(() -> missing.check(shape))
            .hasMessageContaining("create the table yourself");
      }
    }
  }

  @Test
  void shouldNameTheIndexThatIsMissingWhenAKeyHasNone() throws Exception {
    try (TestSql database = TestSql.mariadb()) {
      database.run("CREATE TABLE t (id int PRIMARY KEY, k int)");
      try (Source source =
          new JdbcConnector()
              .source(
                  database.config("t"),
                  new ObjectMapper().readTree("{\"key\": {\"columns\": [\"k\"]}}"))) {
        assertThatThrownBy(source::shape)
            .hasMessageContainingAll("no index begins with (k)", "CREATE INDEX");
      }
    }
  }

  /** Several lanes, each of a partition of its own. */
  @ParameterizedTest
  @ValueSource(strings = {"sqlite", "h2", "duckdb", "hsqldb", "mariadb"})
  void shouldCommitEveryChunkWhenLanesWriteAtTheSameTime(String product) throws Exception {
    int lanes = 4;
    int chunks = 15;
    try (TestSql database =
        switch (product) {
          case "sqlite" -> TestSql.sqlite();
          case "h2" -> TestSql.h2();
          case "duckdb" -> TestSql.duckdb();
          case "hsqldb" -> TestSql.hsqldb();
          default -> TestSql.mariadb();
        }) {
      String quote = product.equals("mariadb") ? "`" : "\"";
      database.run("CREATE TABLE %1$st%1$s (%1$sid%1$s INTEGER PRIMARY KEY)".formatted(quote));
      SourceShape shape;
      try (TestSql other = TestSql.h2()) {
        other.run("CREATE TABLE \"t\" (\"id\" INTEGER PRIMARY KEY)");
        try (Source source = new JdbcConnector().source(other.config("t"), null)) {
          shape = source.shape();
        }
      }
      try (Sink sink = new JdbcConnector().sink(database.config("t")).orElseThrow();
          ExecutorService threads = Executors.newFixedThreadPool(lanes)) {
        sink.check(shape);
        sink.prepare(shape);
        List<Callable<Void>> work = new ArrayList<>();
        for (int lane = 0; lane < lanes; lane++) {
          int own = lane;
          work.add(
              () -> {
                write(sink, shape, own, chunks);
                return null;
              });
        }
        for (Future<Void> f : threads.invokeAll(work)) {
          f.get();
        }
        assertThat(database.rows("SELECT count(*) FROM %1$st%1$s".formatted(quote)).getFirst())
            .isEqualTo(Integer.toString(lanes * chunks * 10));
      }
    }
  }

  @Test
  void shouldBlameNoRowWhenTheProgressTableDoesNotTakeACursor() throws Exception {
    try (TestSql database = TestSql.hsqldb()) {
      database.run("CREATE TABLE \"t\" (\"id\" INTEGER PRIMARY KEY)");
      SourceShape shape;
      try (Source source = new JdbcConnector().source(database.config("t"), null)) {
        shape = source.shape();
      }
      try (Sink sink = new JdbcConnector().sink(database.config("t")).orElseThrow()) {
        sink.prepare(shape);
        try (SinkWriter writer =
            sink.open(new Claim("b", "b/0", 1, "w"), shape, RowFormat.RECORDS)) {
          writer.begin();
          assertThatThrownBy(
                  () ->
                      writer.commit(
                          Cursor.of("x".repeat(5_000)), new Totals(1, 0, 0, "avro", 1, 0), false))
              .isInstanceOfSatisfying(
                  TaskException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.FATAL))
              .hasMessageContaining("noting progress");
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"h2", "sqlite", "duckdb"})
  void shouldAskASinkThatIsBeingWritten(String product) throws Exception {
    try (TestSql database =
        switch (product) {
          case "sqlite" -> TestSql.sqlite();
          case "h2" -> TestSql.h2();
          default -> TestSql.duckdb();
        }) {
      database.run("CREATE TABLE \"t\" (\"id\" INTEGER PRIMARY KEY)");
      SourceShape shape;
      try (TestSql other = TestSql.h2()) {
        other.run("CREATE TABLE \"t\" (\"id\" INTEGER PRIMARY KEY)");
        try (Source source = new JdbcConnector().source(other.config("t"), null)) {
          shape = source.shape();
        }
      }
      try (Sink sink = new JdbcConnector().sink(database.config("t")).orElseThrow()) {
        sink.prepare(shape);
        try (SinkWriter writer =
            sink.open(new Claim("b", "b/0", 1, "w"), shape, RowFormat.RECORDS)) {
          commit(writer, shape, 0, 1);
          assertThat(
                  sink.probing()
                      .orElseThrow()
                      .ask("SELECT count(*) FROM \"t\"", Duration.ofSeconds(10)))
              .isEqualTo(10);
        }
      }
    }
  }

  @Test
  void shouldSayThatReplicationIsStoppedInsteadOfNoLag() throws Exception {
    try (TestSql database = TestSql.mariadb()) {
      database.run("CREATE TABLE t (id int PRIMARY KEY)");
      try (Source source = new JdbcConnector().source(database.config("t"), null)) {
        Probing probing = source.probing().orElseThrow();
        assertThat(probing.replicationLag(Duration.ofSeconds(10))).isZero();
        database.run("CHANGE MASTER TO MASTER_HOST = '127.0.0.1', MASTER_PORT = 1");
        try {
          assertThatThrownBy(() -> probing.replicationLag(Duration.ofSeconds(10)))
              .isInstanceOf(TaskException.class)
              .hasMessageContaining("replication is stopped");
        } finally {
          database.run("RESET SLAVE ALL");
        }
      }
    }
  }

  private static void write(Sink sink, SourceShape shape, int lane, int chunks) throws Exception {
    Claim claim = new Claim("b", "b/" + lane, 1, "w");
    try (SinkWriter writer = sink.open(claim, shape, RowFormat.RECORDS)) {
      for (int chunk = 0; chunk < chunks; chunk++) {
        commit(writer, shape, lane * 10_000 + chunk * 10, chunk);
      }
    }
  }

  // A lane tries again what is TRANSIENT, as a worker does.
  private static void commit(SinkWriter writer, SourceShape shape, int first, int chunk)
      throws Exception {
    long until = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (true) {
      try {
        Rows rows = writer.begin();
        for (int i = 0; i < 10; i++) {
          GenericRecord row = new GenericData.Record(shape.schema());
          row.put(0, first + i);
          rows.record(row);
        }
        writer.commit(Cursor.of(chunk), new Totals(chunk, 0, 0, "avro", chunk, 0), false);
        return;
      } catch (TaskException e) {
        writer.abort();
        if (e.kind() != FailureKind.TRANSIENT || System.nanoTime() > until) {
          throw e;
        }
      }
    }
  }
}
