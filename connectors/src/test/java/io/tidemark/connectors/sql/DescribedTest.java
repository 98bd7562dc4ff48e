package io.tidemark.connectors.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is taken from a driver's description of indexes. No driver here tells of conditions. */
class DescribedTest {

  private static final String COLUMNS =
      "NULL, NULL, 't', NON_UNIQUE, NULL, INDEX_NAME, TYPE, AT, COLUMN_NAME, 'A', 0, 0";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "/* no such column */ | true",
        ", NULL | true",
        ", ' ' | true",
        ", '([deleted] IS NULL)' | false",
      })
  void shouldTakeNoIndexOfSomeRowsForOneOfAll(String condition, boolean taken) throws Exception {
    try (TestSql database = TestSql.h2();
        Connection c = database.connect();
        Statement s = c.createStatement();
        ResultSet answer =
            s.executeQuery(
                "SELECT "
                    + COLUMNS
                    + condition
                    + " FROM (VALUES (FALSE, 'u', 3, 2, 'b'), (FALSE, 'u', 3, 1, 'a'))"
                    + " AS i (NON_UNIQUE, INDEX_NAME, TYPE, AT, COLUMN_NAME)")) {
      assertThat(Described.indexes(answer))
          .isEqualTo(
              taken ? List.of(new SqlTable.Index("u", true, true, List.of("a", "b"))) : List.of());
    }
  }

  @ParameterizedTest
  @CsvSource({"3, true", "2, false"})
  void shouldWalkNoIndexThatIsHashed(int type, boolean walked) throws Exception {
    try (TestSql database = TestSql.h2();
        Connection c = database.connect();
        Statement s = c.createStatement();
        ResultSet answer =
            s.executeQuery(
                "SELECT NULL, NULL, 't', FALSE, NULL, 'u', "
                    + type
                    + ", 1, 'a', 'A', 0, 0, NULL")) {
      SqlTable table =
          new SqlTable(
              new TableName("", "t"), false, List.of(), List.of(), Described.indexes(answer), "");
      assertThat(table.walks(List.of("a"))).isEqualTo(walked);
      assertThat(table.decides(List.of("a"))).isTrue();
    }
  }
}
