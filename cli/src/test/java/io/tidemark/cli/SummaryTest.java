package io.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.schemas.avro.BackfillState;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class SummaryTest {

  @Test
  void shouldHoldExactlyThePromisedKeysWhenForScripts() {
    Map<String, Object> json = Summary.json(Reports.over(BackfillState.COMPLETED));

    assertThat(json.keySet())
        .containsExactly(
            "backfill",
            "state",
            "partitions",
            "rows",
            "bytes",
            "dead_letters",
            "digest",
            "wall_s",
            "rows_per_s");
    assertThat((Map<?, ?>) json.get("partitions"))
        .hasToString("{pending=0, running=0, retrying=0, completed=10, failed=0, cancelled=0}");
    assertThat(json)
        .containsEntry("state", "COMPLETED")
        .containsEntry("rows", 1_000_000L)
        .containsEntry("digest", "0000000000000abc")
        .containsEntry("wall_s", 60.0)
        .containsEntry("rows_per_s", 16_667L);
  }

  @Test
  void shouldTellTheProofWhenComplete() {
    assertThat(Summary.text(Reports.over(BackfillState.COMPLETED), List.of()))
        .contains("COMPLETED", "1,000,000 of ~1,000,000", "0000000000000abc  (avro)")
        .contains("yes: no gap, no overlap", "60.0 s, 16,667 rows/s")
        .doesNotContain("FAILED");
  }

  @Test
  void shouldDeserveThreeWhenNotComplete() {
    assertThat(ProgressFeed.exitCode(Reports.over(BackfillState.COMPLETED))).isZero();
    assertThat(ProgressFeed.exitCode(Reports.over(BackfillState.FAILED))).isEqualTo(3);
    assertThat(ProgressFeed.exitCode(Reports.over(BackfillState.CANCELLED))).isEqualTo(3);
  }
}
