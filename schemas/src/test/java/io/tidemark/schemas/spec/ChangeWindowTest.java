package io.tidemark.schemas.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChangeWindowTest {

  // 2026-11-23 is a Monday; Paris is an hour ahead of UTC in winter, two in summer.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          Mon-Fri 22:00-06:00 Europe/Paris | 2026-11-23T20:59:59Z | false
          Mon-Fri 22:00-06:00 Europe/Paris | 2026-11-23T21:00:00Z | true
          Mon-Fri 22:00-06:00 Europe/Paris | 2026-11-24T04:59:59Z | true
          Mon-Fri 22:00-06:00 Europe/Paris | 2026-11-24T05:00:00Z | false
          Mon-Fri 22:00-06:00 Europe/Paris | 2026-11-28T04:00:00Z | true
          Mon-Fri 22:00-06:00 Europe/Paris | 2026-11-28T22:00:00Z | false
          Mon-Fri 22:00-06:00 Europe/Paris | 2026-11-30T04:00:00Z | false
          Mon-Fri 22:00-06:00 Europe/Paris | 2026-07-06T20:00:00Z | true
          Fri-Mon 10:00-11:00 UTC          | 2026-11-22T10:30:00Z | true
          Fri-Mon 10:00-11:00 UTC          | 2026-11-24T10:30:00Z | false
          sat,SUN 00:00-24:00              | 2026-11-22T23:59:59Z | true
          sat,sun 00:00-24:00              | 2026-11-23T00:00:00Z | false
          01:00-02:00                      | 2026-11-25T01:30:00Z | true
          9:00-9:30; 17:00-18:00 UTC       | 2026-11-25T17:30:00Z | true
          9:00-9:30; 17:00-18:00 UTC       | 2026-11-25T10:30:00Z | false
          02:30-03:30 Europe/Paris         | 2026-03-29T01:15:00Z | false
          """)
  void shouldBeOpenWhenTheWallClockSaysSo(String window, Instant at, boolean open) {
    assertThat(ChangeWindow.parse(window).open(at)).isEqualTo(open);
  }

  @Test
  void shouldTellWhenItOpensNext() {
    ChangeWindow window = ChangeWindow.parse("Mon-Fri 22:00-06:00 Europe/Paris");

    assertThat(window.opensAfter(Instant.parse("2026-11-28T12:00:00Z")))
        .hasValue(Instant.parse("2026-11-30T21:00:00Z"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          always                      | no stretch of time
          Mon-Fri 22:00 Europe/Paris  | no stretch of time
          Mon-Fry 22:00-06:00         | 'Fry' is no day
          Mon-Wed-Fri 22:00-06:00     | are no days
          22:00-25:00                 | '25:00' is no time of a day
          22:61-23:00                 | '22:61' is no time of a day
          22:00-06:00 Europe/Parys    | 'Europe/Parys' is no time zone
          22:00-06:00;                | no stretch of time
          """)
  void shouldRefuseWhatDescribesNone(String window, String message) {
    assertThatThrownBy(() -> ChangeWindow.parse(window))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message)
        .hasMessageContaining("such as 'Mon-Fri 22:00-06:00 Europe/Paris'");
  }
}
