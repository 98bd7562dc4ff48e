package io.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.schemas.avro.BackfillState;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ProgressBarTest {

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  @Test
  void shouldShowStateShareRateAndTimeLeftWhenRunning() {
    assertThat(ProgressBar.line(Reports.half()))
        .startsWith(Reports.BACKFILL + " RUNNING [############............]  50%")
        .contains("500,000 rows", "5/10 partitions", "25,000 rows/s", "18 s–1:35 min left");
  }

  @Test
  void shouldRenewOneLineWhenOnTerminal() {
    ProgressBar bar = bar(true);

    bar.show(Reports.half());
    bar.show(Reports.over(BackfillState.COMPLETED));
    bar.end();

    assertThat(written()).containsOnlyOnce("\n").endsWith("\n").contains("\r\u001b[K", "COMPLETED");
  }

  @Test
  void shouldWriteOnePlainLineWhenCalledOftenElsewhere() {
    ProgressBar bar = bar(false);

    for (int i = 0; i < 100; i++) {
      bar.show(Reports.half());
    }
    bar.end();

    assertThat(written().lines()).hasSize(1);
    assertThat(written()).doesNotContain("\u001b");
  }

  @ParameterizedTest
  @CsvSource({
    "-5, 0 s",
    "499, 0 s",
    "59400, 59 s",
    "60000, 1:00 min",
    "3599000, 59:59 min",
    "3600000, 1:00 h",
    "90000000, 25:00 h"
  })
  void shouldNameDurationsWhenOfAnySize(long ms, String text) {
    assertThat(ProgressBar.duration(ms)).isEqualTo(text);
  }

  private ProgressBar bar(boolean terminal) {
    return new ProgressBar(new PrintStream(out, true, StandardCharsets.UTF_8), terminal);
  }

  private String written() {
    return out.toString(StandardCharsets.UTF_8);
  }
}
