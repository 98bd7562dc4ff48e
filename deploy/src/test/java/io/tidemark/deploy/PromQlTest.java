package io.tidemark.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class PromQlTest {

  @Test
  void shouldFindMetricsAndTheirLabelsAndNothingElse() {
    assertThat(
            PromQl.metrics(
                """
                histogram_quantile(0.99, sum by (le) (rate(a_seconds_bucket[5m]))) > 1
                and on (x) max by (backfill) (b{state="RUN } NING", y=~"c|d"} offset 10m) * 60
                unless sum(e) or time() - f{} == bool 1
                """))
        .isEqualTo(
            Map.of(
                "a_seconds_bucket", Set.of(),
                "b", Set.of("state", "y"),
                "e", Set.of(),
                "f", Set.of()));
  }
}
