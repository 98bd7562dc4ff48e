package io.tidemark.schemas.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The keys {@code limits}, {@code priority}, {@code window}, {@code approval}, {@code probes}. */
class OperationSpecTest {

  private static final String REST =
      """
      apiVersion: tidemark/v1
      name: orders
      source: {file: {path: in.csv, format: csv}}
      sink: {file: {path: out, format: csv}}
      """;

  private static OperationSettings parse(String more) throws SpecException {
    return new SpecParser().parse(REST + more, "spec.yaml").operation();
  }

  @Test
  void shouldLimitNothingByDefault() throws SpecException {
    OperationSettings operation = parse("");

    assertThat(operation.limits().rowsPerSecond()).isEmpty();
    assertThat(operation.limits().sourceRowsPerSecond()).isEmpty();
    assertThat(operation.limits().lanes()).isEmpty();
    assertThat(operation.priority()).isEqualTo(5);
    assertThat(operation.window()).isEmpty();
    assertThat(operation.approval()).isFalse();
    assertThat(operation.probes()).isEmpty();
  }

  @Test
  void shouldReadAllOfIt() throws SpecException {
    OperationSettings operation =
        parse(
            """
            limits: {rowsPerSecond: 20000, sourceRowsPerSecond: 50000, lanes: 4}
            priority: 9
            window: "Mon-Fri 22:00-06:00 Europe/Paris"
            approval: true
            probes:
              - {on: sink, replicationLag: 10s}
              - {chunkLatency: 5s}
              - {on: source, sql: "SELECT 1", limit: 2.5}
              - {on: source, name: sessions, sql: "SELECT 2", limit: 40}
            """);

    assertThat(operation.limits().rowsPerSecond()).hasValue(20_000);
    assertThat(operation.limits().sourceRowsPerSecond()).hasValue(50_000);
    assertThat(operation.limits().lanes()).hasValue(4);
    assertThat(operation.priority()).isEqualTo(9);
    assertThat(operation.window()).hasToString("Optional[Mon-Fri 22:00-06:00 Europe/Paris]");
    assertThat(operation.approval()).isTrue();
    assertThat(operation.probes())
        .isEqualTo(
            List.of(
                new Probe.ReplicationLag(Probe.Side.SINK, Duration.ofSeconds(10)),
                new Probe.ChunkLatency(Duration.ofSeconds(5)),
                new Probe.Sql("sql 3", Probe.Side.SOURCE, "SELECT 1", 2.5),
                new Probe.Sql("sessions", Probe.Side.SOURCE, "SELECT 2", 40)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          window: at night                                              | 'night' is no time zone
          priority: 10                                                  | 0 to 9
          limits: {rowsPerSecond: 0}                                    | whole number from 1
          limits: {rowPerSecond: 1}                                     | rowsPerSecond
          probes: [{on: sink}]                                          | asks nothing
          probes: [{on: sink, sql: SELECT 1}]                           | needs limit with sql
          probes: [{sql: SELECT 1, limit: 1}]                           | needs on with sql
          probes: [{on: sink, sql: SELECT 1, limit: 0}]                 | positive number
          probes: [{on: sink, replicationLag: 1s, chunkLatency: 1s}]    | has replicationLag and
          probes: [{on: sink, chunkLatency: 1s}]                        | on means nothing with
          probes: [{on: sink, replicationLag: 1s, limit: 3}]            | limit means nothing with
          probes: [{on: both, replicationLag: 1s}]                      | one of source, sink
          """)
  void shouldRefuseWhatMakesNoSense(String more, String message) {
    assertThatThrownBy(() -> parse(more))
        .isInstanceOf(SpecException.class)
        .hasMessageContaining(message);
  }
}
