package io.tidemark.connectors.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PostgresPoolTest {

  @ParameterizedTest
  @EnumSource
  void shouldKeepTheSettingsOfASessionWhenItIsUsedAgain(PostgresPool.Use use) throws Exception {
    try (TestDatabase database = new TestDatabase()) {
      database.run(
          "ALTER DATABASE " + database.name() + " SET extra_float_digits = 0",
          "ALTER DATABASE " + database.name() + " SET IntervalStyle = 'sql_standard'");
      PostgresErrors errors = new PostgresErrors(PostgresErrors.Side.SOURCE, "t", "here");
      PostgresEndpoint endpoint = PostgresEndpoint.of(database.config("t"));
      try (PostgresPool pool = new PostgresPool(endpoint, use, errors)) {
        Connection first = pool.take();
        List<String> settings = settings(first);
        pool.give(first);
        Connection again = pool.take();

        assertThat(settings(again)).isEqualTo(settings);
        pool.give(again);
        assertThat(settings)
            .startsWith("3", "postgres")
            .endsWith(
                switch (use) {
                  case READ -> new String[] {"off", "off", "0", "off"};
                  case WRITE -> new String[] {"on", "on", "10s", "on"};
                  case PROBE -> new String[] {"on", "on", "0", "off"};
                });
      }
    }
  }

  private static List<String> settings(Connection connection) throws SQLException {
    try (Statement s = connection.createStatement();
        ResultSet r =
            s.executeQuery(
                "SELECT ARRAY(SELECT current_setting(n) FROM unnest(ARRAY['extra_float_digits',"
                    + " 'IntervalStyle', 'row_security', 'enable_sort', 'lock_timeout',"
                    + " 'synchronous_commit']) AS n)")) {
      r.next();
      return List.of((String[]) r.getArray(1).getArray());
    }
  }
}
