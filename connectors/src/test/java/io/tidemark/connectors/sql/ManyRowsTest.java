package io.tidemark.connectors.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.connectors.jdbc.Copies;
import io.tidemark.connectors.jdbc.Copies.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Statements of many rows, and the rows that are left behind them. */
class ManyRowsTest {

  @ParameterizedTest
  @CsvSource({
    "mariadb, insert",
    "mariadb, upsert",
    "mariadb, insert-ignore",
    "duckdb, insert",
    "h2, upsert"
  })
  void shouldWriteEveryRowOnceWhenThereAreMoreThanAStatementTakes(String product, String mode)
      throws Exception {
    try (TestSql from = TestSql.h2();
        TestSql to =
            switch (product) {
              case "mariadb" -> TestSql.mariadb();
              case "duckdb" -> TestSql.duckdb();
              default -> TestSql.h2();
            }) {
      from.run(
          "CREATE TABLE \"a\" (\"id\" INTEGER PRIMARY KEY, \"v\" VARCHAR)",
          "INSERT INTO \"a\" SELECT x, 'v' || x FROM system_range(1, 2357)");
      Copies.copy(from.config("a"), to.config("b").put("mode", mode), Path.RECORDS);
      String quote = product.equals("mariadb") ? "`" : "\"";
      assertThat(to.rows("SELECT * FROM %1$sb%1$s ORDER BY 1".formatted(quote)))
          .isEqualTo(from.rows("SELECT * FROM \"a\" ORDER BY 1"))
          .hasSize(2357);
    }
  }

  @ParameterizedTest
  @CsvSource({"upsert, 150", "insert-ignore, 1"})
  void shouldDecideByTheOrderOfRowsWhenAKeyComesOften(String mode, String kept) throws Exception {
    try (TestSql from = TestSql.h2();
        TestSql to = TestSql.mariadb()) {
      from.run(
          "CREATE TABLE \"a\" (\"n\" INTEGER PRIMARY KEY, \"k\" INTEGER NOT NULL)",
          "INSERT INTO \"a\" SELECT x, 7 FROM system_range(1, 150)");
      to.run("CREATE TABLE b (n int NOT NULL, k int PRIMARY KEY)");
      var config = to.config("b").put("mode", mode);
      config.putArray("key").add("k");
      Copies.copy(from.config("a"), config, Path.RECORDS);
      assertThat(to.rows("SELECT n, k FROM b")).isEqualTo(List.of(kept + "|7"));
    }
  }
}
