package io.tidemark.connectors.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidemark.connectors.api.PlannedSlice;
import io.tidemark.connectors.api.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Planner and worker may run under different locales, and neither's is the database's. */
class OtherDigitsTest {

  private final Locale before = Locale.getDefault();

  @AfterEach
  void restore() {
    Locale.setDefault(before);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"hash\": {\"columns\": [\"id\"], \"buckets\": 3}}",
        "{\"time\": {\"column\": \"k\", \"step\": \"P1D\"}}",
        "{\"physical\": {\"megabytes\": 1}}"
      })
  void shouldCutAndReadAlikeWhenTheDefaultLocaleHasDigitsOfItsOwn(String partition)
      throws Exception {
    try (TestDatabase database = new TestDatabase()) {
      database.run(
          "CREATE TABLE t (id int PRIMARY KEY, k timestamptz NOT NULL)",
          "CREATE INDEX ON t (k, id)",
          "INSERT INTO t SELECT i, '2024-03-29 23:00:00+00'::timestamptz + i * interval '1 h'"
              + " FROM generate_series(1, 100) i");
      List<String> expected = slicesWithTheirRows(database, partition);
      Locale.setDefault(Locale.forLanguageTag("fa-IR-u-nu-arabext"));
      assertThat(String.format(Locale.getDefault(), "%d", 1)).isEqualTo("\u06f1");

      assertThat(slicesWithTheirRows(database, partition)).isEqualTo(expected);
      assertThat(String.join("", expected)).contains("99");
    }
  }

  private static List<String> slicesWithTheirRows(TestDatabase database, String partition)
      throws Exception {
    List<String> found = new ArrayList<>();
    try (Source source =
        new JdbcConnector().source(database.config("t"), new ObjectMapper().readTree(partition))) {
      List<PlannedSlice> slices = new ArrayList<>();
      source.split(Optional.empty(), slices::add);
      for (PlannedSlice planned : slices) {
        found.add(planned.slice().avro() + " " + Copies.ids(source, planned.slice()));
      }
    }
    return found;
  }
}
