package io.tidemark.connectors.sql;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidemark.connectors.api.PlannedSlice;
import io.tidemark.connectors.api.Source;
import io.tidemark.connectors.jdbc.JdbcConnector;
import io.tidemark.core.lifecycle.Slice;
import io.tidemark.core.plan.KeyCuts;
import io.tidemark.schemas.avro.KeyRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A large table is planned without a walk along all of its index. */
class SqlSplitterTest {

  private static final int ROWS = 400_000;

  @Test
  void shouldCutAnIntegerKeyWithGapsEvenlyAndReadFewOfItsKeys() throws Exception {
    try (TestSql database = TestSql.mariadb()) {
      database.run(
          "CREATE TABLE t (id bigint PRIMARY KEY)",
          // A third is gone here and there, a stretch and the beginning altogether.
          "INSERT INTO t SELECT cast(seq AS signed) + if(seq > 300000, 5000000, -7)"
              + " FROM seq_1_to_600000 WHERE seq % 3 > 0");
      long before = read(database);

      List<PlannedSlice> slices = slices(database, Optional.empty());

      assertThat(read(database) - before).as("keys read").isLessThan(ROWS / 2);
      List<Long> sizes = new ArrayList<>();
      for (PlannedSlice each : slices) {
        KeyRange range = ((Slice.Keys) each.slice()).range();
        String lower = range.getLower() == null ? "" : " AND id > " + range.getLower().getFirst();
        sizes.add(
            Long.parseLong(
                database
                    .rows(
                        "SELECT count(*) FROM t WHERE id <= " + range.getUpper().getFirst() + lower)
                    .getFirst()));
      }
      assertThat(sizes.stream().mapToLong(n -> n).sum()).isEqualTo(ROWS);
      double mean = (double) ROWS / sizes.size();
      assertThat(sizes).hasSizeBetween(38, 42).allMatch(n -> n <= KeyCuts.MOST * mean);
      assertThat(slices(database, Optional.of(slices.get(20).slice())))
          .as("what another planner goes on with")
          .isEqualTo(slices.subList(21, slices.size()));
    }
  }

  private static long read(TestSql database) throws Exception {
    return Long.parseLong(
        database
            .rows(
                "SELECT sum(variable_value) FROM information_schema.global_status"
                    + " WHERE variable_name IN ('HANDLER_READ_NEXT', 'HANDLER_READ_RND_NEXT')")
            .getFirst());
  }

  private static List<PlannedSlice> slices(TestSql database, Optional<Slice> after)
      throws Exception {
    List<PlannedSlice> slices = new ArrayList<>();
    try (Source source =
        new JdbcConnector()
            .source(
                database.config("t"),
                new ObjectMapper().readTree("{\"key\": {\"rows\": 10000}}"))) {
      source.split(after, slices::add);
    }
    return slices;
  }
}
