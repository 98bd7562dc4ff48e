package io.tidemark.schemas.spec;

import static io.tidemark.schemas.spec.SpecParserTest.json;
import static io.tidemark.schemas.spec.SpecParserTest.refused;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a spec may say of how its source is cut. */
class PartitionSpecTest {

  private final SpecParser parser = new SpecParser();

  @ParameterizedTest
  @ValueSource(
      strings = {"P1Y", "P1Y6M", "P18M", "P2W", "P1W1D", "P1D", "PT6H", "PT1H30M", "PT90S"})
  void shouldTakeSteps(String step) throws Exception {
    Spec spec = parser.parse(cut("time: {column: a, step: " + step + "}"), "f");

    assertThat(spec.partition().asObject())
        .isEqualTo(
            json("{\"time\": {\"column\": \"a\", \"step\": \"" + step + "\", \"tail\": false}}"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"P", "PT", "1D", "day", "P0D", "P-1D", "P1M1D", "P1DT1H", "PT0.5S", "p1d"})
  void shouldRefuseOtherSteps(String step) {
    assertThat(refused(cut("time: {column: a, step: " + step + "}")).errors())
        .extracting(SpecError::path)
        .containsExactly("partition.time.step");
  }

  @Test
  void shouldTakeListsOfValuesAndHashes() throws Exception {
    String list = "{column: a, values: [DE, [AT, null], 7, true, NO, '1.5'], key: [id]}";
    Spec spec = parser.parse(cut("list: " + list), "f");
    Spec hash = parser.parse(cut("hash: {columns: [a, b], buckets: 8}"), "f");

    assertThat(spec.partition().config().get("values"))
        .isEqualTo(json("[\"DE\", [\"AT\", null], 7, true, \"NO\", \"1.5\"]"));
    assertThat(spec.partition().config().has("others")).isFalse();
    assertThat(hash.partition().asObject())
        .isEqualTo(json("{\"hash\": {\"columns\": [\"a\", \"b\"], \"buckets\": 8}}"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "list: {column: a, values: []} | partition.list.values: must be a list of values, such as"
            + " [DE, [AT, CH], null], not an empty list",
        "list: {column: a, values: [1.5]} | partition.list.values[0]: must be a text, a whole"
            + " number, true, false, null, or a list of them; put other values in quotes, not the"
            + " number 1.5",
        "list: {column: a, values: [[[b]]]} | partition.list.values[0][0]: must be a text, a whole"
            + " number, true, false or null; put other values in quotes, not this list",
        "list: {column: a, others: true} | partition.list.others: means nothing without values, as"
            + " each value has a partition then; remove it, or give values",
        "hash: {columns: [a], buckets: 0} | partition.hash.buckets: must be a whole number from 1"
            + " to 10000, not the number 0",
        "hash: {buckets: 4} | partition.hash: key 'columns' is missing; add it: Columns that are"
            + " hashed together.",
      })
  void shouldExplainListsAndHashes(String partition, String error) {
    assertThat(refused(cut(partition)).errors()).singleElement().asString().endsWith(error);
  }

  @Test
  void shouldRefuseCutThatDoesNotFitTheSource() {
    assertThat(refused(cut("file: {}")).errors())
        .extracting(SpecError::toString)
        .containsExactly(
            "15:13: partition.file: a jdbc source cannot be cut by file; use key, time, list,"
                + " hash or physical, or leave partition out");
    assertThat(
            refused(
                    """
                    apiVersion: tidemark/v1
                    name: x
                    source: {file: {path: a.csv, format: csv}}
                    partition: {physical: {megabytes: 1}}
                    sink: {file: {path: out, format: csv}}
                    """)
                .errors())
        .extracting(SpecError::toString)
        .containsExactly(
            "4:13: partition.physical: a file source cannot be cut by physical; use file, or leave"
                + " partition out");
    assertThat(
            refused(SpecParserTest.SMALL + "partition:\n  key:\n    rows: 1\n    count: 2\n")
                .errors())
        .extracting(SpecError::toString)
        .containsExactly(
            "18:5: partition.key: has both rows and count, and each says how many partitions"
                + " there are; keep one of them");
  }

  private static String cut(String partition) {
    return SpecParserTest.SMALL + "partition: {" + partition + "}\n";
  }
}
