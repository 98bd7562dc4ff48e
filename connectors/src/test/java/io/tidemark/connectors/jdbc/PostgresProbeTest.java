package io.tidemark.connectors.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.tidemark.connectors.api.Probing;
import io.tidemark.connectors.api.Source;
import io.tidemark.core.retry.TaskException;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PostgresProbeTest {

  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private TestDatabase database;
  private Source source;
  private Probing probe;

  @BeforeEach
  void open() throws Exception {
    database = new TestDatabase();
    database.run("CREATE TABLE t (id int PRIMARY KEY)", "INSERT INTO t VALUES (1), (2)");
    source =
        new JdbcConnector()
            .source(
                database.config("t"),
                JsonNodeFactory.instance
                    .objectNode()
                    .set("key", JsonNodeFactory.instance.objectNode().put("rows", 1)));
    probe = source.probing().orElseThrow();
  }

  @AfterEach
  void close() throws SQLException {
    source.close();
    database.close();
  }

  @Test
  void shouldAnswerTheNumberThatAStatementReturns() throws Exception {
    assertThat(probe.ask("SELECT count(*) FROM t", PATIENCE)).isEqualTo(2);
    database.run("INSERT INTO t VALUES (3)");

    assertThat(probe.ask("SELECT count(*) FROM t", PATIENCE)).isEqualTo(3);
    assertThat(probe.ask("SELECT 0.5::numeric", PATIENCE)).isEqualTo(0.5);
  }

  @Test
  void shouldFindNoLagWhereThereAreNoReplicas() throws Exception {
    assertThat(probe.replicationLag(PATIENCE)).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          INSERT INTO t VALUES (9) RETURNING id | read-only
          SELECT count(*) FROM missing          | missing
          SELECT id FROM t WHERE id > 100       | no number
          SELECT NULL::int                      | no number
          SELECT 'much'                         | much
          SELECT pg_sleep(30)                   | statement timeout
          """)
  void shouldFailWhenAStatementWritesTakesTooLongOrReturnsNoNumber(String statement, String why)
      throws SQLException {
    assertThatThrownBy(() -> probe.ask(statement, Duration.ofMillis(300)))
        .isInstanceOf(TaskException.class)
        .hasMessageContaining(why);
    assertThat(database.rows("SELECT count(*) FROM t")).containsExactly("2");
  }
}
