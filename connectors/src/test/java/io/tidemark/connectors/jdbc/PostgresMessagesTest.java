package io.tidemark.connectors.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.connectors.api.PlannedSlice;
import io.tidemark.connectors.api.Sink;
import io.tidemark.connectors.api.Source;
import io.tidemark.connectors.jdbc.Copies.Path;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.FailureKind;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a user reads when something is wrong: the place, the thing, the remedy, no secret. */
class PostgresMessagesTest {

  private TestDatabase database;
  private String role;

  @BeforeEach
  void create() throws Exception {
    database = new TestDatabase();
    role = "r" + database.name();
    database.run(
        "CREATE TABLE orders (id int PRIMARY KEY, customer text)",
        "INSERT INTO orders SELECT i, 'c' || i FROM generate_series(1, 100) i",
        "CREATE ROLE " + role + " LOGIN PASSWORD '" + TestDatabase.PASSWORD + "'");
  }

  @AfterEach
  void drop() throws Exception {
    database.run("DROP OWNED BY " + role, "DROP ROLE " + role);
    database.close();
  }

  @Test
  void shouldNameNearTablesWhenTheTableIsMissing() {
    TaskException e = planning(database.config("public.order"), "{}");
    assertThat(e.kind()).isEqualTo(FailureKind.FATAL);
    assertThat(e)
        .hasMessageContaining("source public.order at localhost:" + TestDatabase.port())
        .hasMessageContaining("no such table")
        .hasMessageContaining("did you mean")
        .hasMessageContaining("orders");
  }

  @Test
  void shouldNameNearColumnsWhenAColumnIsMissing() {
    ObjectNode config = database.config("orders");
    config.putArray("columns").add("id").add("custommer");
    assertThat(planning(config, "{}"))
        .hasMessageContaining("source.jdbc.columns")
        .hasMessageContaining("'custommer'; did you mean customer?");
    assertThat(planning(database.config("orders"), "{\"key\": {\"columns\": [\"ident\"]}}"))
        .hasMessageContaining("partition.key.columns")
        .hasMessageContaining("'ident'");
  }

  @Test
  void shouldNeverEchoThePasswordWhenItIsWrong() {
    // The test server trusts everybody: a user that is not there is refused the same way.
    ObjectNode config = database.config("orders").put("user", "nobody");
    TaskException e = planning(config, "{}");
    assertThat(e.kind()).isEqualTo(FailureKind.FATAL);
    assertThat(e).hasMessageContaining("check user and password of the source");
    StringWriter trace = new StringWriter();
    e.printStackTrace(new PrintWriter(trace));
    assertThat(trace.toString()).doesNotContain(TestDatabase.PASSWORD);
  }

  @Test
  void shouldBeUnavailableWhenNobodyListens() throws Exception {
    int free;
    try (ServerSocket s = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      free = s.getLocalPort();
    }
    for (String url :
        List.of(database.url(free), "jdbc:postgresql://no-such-host.invalid:5432/x")) {
      TaskException e = planning(database.config("orders").put("url", url), "{}");
      assertThat(e.kind()).as(url).isEqualTo(FailureKind.UNAVAILABLE);
      assertThat(e)
          .hasMessageContaining(url.contains("invalid") ? "no-such-host.invalid" : "" + free)
          .hasMessageContaining("is PostgreSQL running there");
    }
  }

  @Test
  void shouldNameTheDatabaseWhenItIsMissing() {
    ObjectNode config = database.config("orders").put("url", database.url() + "x");
    TaskException e = planning(config, "{}");
    assertThat(e.kind()).isEqualTo(FailureKind.FATAL);
    assertThat(e).hasMessageContaining("check the database name in the url");
  }

  @Test
  void shouldRefuseATableWhenOthersInheritFromIt() throws Exception {
    database.run(
        "CREATE TABLE parent (id int PRIMARY KEY)",
        "CREATE TABLE child (PRIMARY KEY (id)) INHERITS (parent)",
        "INSERT INTO parent VALUES (1)",
        "INSERT INTO child VALUES (1)",
        "CREATE MATERIALIZED VIEW alone AS SELECT * FROM ONLY parent",
        "CREATE UNIQUE INDEX ON alone (id)",
        "CREATE TABLE parts (id int PRIMARY KEY) PARTITION BY RANGE (id)",
        "CREATE TABLE part PARTITION OF parts FOR VALUES FROM (0) TO (10)");

    assertThat(planning(database.config("parent"), "{}"))
        .hasMessageContaining("other tables inherit from it")
        .hasMessageContaining("materialized view of SELECT * FROM ONLY \"public\".\"parent\"");
    for (String table : List.of("child", "alone", "parts")) {
      assertThat(planning(database.config(table), "{\"key\": {\"columns\": [\"id\"]}}"))
          .as(table)
          .isNull();
    }
  }

  @Test
  void shouldOfferCandidatesWhenThereIsNoKey() throws Exception {
    database.run("CREATE TABLE bare (a int, b int NOT NULL UNIQUE)");
    assertThat(planning(database.config("bare"), "{}"))
        .hasMessageContaining("no primary key; set partition.key.columns to [b]");
  }

  @Test
  void shouldGiveTheStatementWhenNoIndexWalksTheKey() {
    assertThat(planning(database.config("orders"), "{\"key\": {\"columns\": [\"customer\"]}}"))
        .hasMessageContaining("CREATE INDEX CONCURRENTLY ON \"public\".\"orders\" (\"customer\")");
  }

  @Test
  void shouldTellWhatToGrantWhenTheRoleMayNotRead() {
    TaskException e = planning(database.config("orders").put("user", role), "{}");
    assertThat(e.kind()).isEqualTo(FailureKind.FATAL);
    assertThat(e).hasMessageContaining("grant SELECT");
  }

  @Test
  void shouldReadAndLeaveNoTraceWhenTheRoleMayOnlySelect() throws Exception {
    database.run("GRANT SELECT ON orders TO " + role);
    Copies.copy(database.config("orders").put("user", role), database.config("copy"), Path.NATIVE);
    assertThat(database.content("copy")).isEqualTo(database.content("orders"));
  }

  @Test
  void shouldFailLoudlyWhenAPolicyWouldHideRows() throws Exception {
    database.run(
        "GRANT SELECT ON orders TO " + role,
        "CREATE POLICY few ON orders USING (id < 10)",
        "ALTER TABLE orders ENABLE ROW LEVEL SECURITY");
    assertThat(planning(database.config("orders").put("user", role), "{}"))
        .hasMessageContaining("BYPASSRLS");
  }

  @Test
  void shouldTellWhatToGrantWhenTheRoleMayNotWrite() throws Exception {
    try (Source source = new JdbcConnector().source(database.config("orders"), null);
        Sink sink =
            new JdbcConnector().sink(database.config("orders").put("user", role)).orElseThrow()) {
      TaskException e = catchThrowableOfType(TaskException.class, () -> sink.check(source.shape()));
      assertThat(e.kind()).isEqualTo(FailureKind.FATAL);
      assertThat(e).hasMessageContaining("may not INSERT; GRANT INSERT ON \"public\".\"orders\"");
    }
  }

  @Test
  void shouldNameTheKindWhenTheTableIsAView() throws Exception {
    database.run("CREATE VIEW v AS SELECT * FROM orders");
    assertThat(planning(database.config("v"), "{\"key\": {\"columns\": [\"id\"]}}"))
        .hasMessageContaining("it is a view");
  }

  @Test
  void shouldShowTheConditionsFaultWhenWhereIsWrong() {
    TaskException e = planning(database.config("orders").put("where", "idd > 3"), "{}");
    assertThat(e.kind()).isEqualTo(FailureKind.FATAL);
    assertThat(e).hasMessageContaining("idd");
  }

  private static TaskException planning(ObjectNode config, String partition) {
    return catchThrowableOfType(
        TaskException.class,
        () -> {
          JsonNode cut = new ObjectMapper().readTree(partition);
          List<PlannedSlice> slices = new ArrayList<>();
          try (Source source = new JdbcConnector().source(config, cut)) {
            source.split(Optional.empty(), slices::add);
          }
        });
  }
}
