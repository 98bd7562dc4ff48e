package io.tidemark.bench.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StatisticsTest {

  @Test
  void shouldTakeTheMiddleWhenTheNumberIsOdd() {
    assertThat(Statistics.of(List.of(9.0, 1.0, 2.0))).isEqualTo(new Statistics(2, 1, 9));
  }

  @Test
  void shouldTakeTheMeanOfTheMiddleTwoWhenTheNumberIsEven() {
    assertThat(Statistics.of(List.of(4.0, 1.0, 2.0, 9.0))).isEqualTo(new Statistics(3, 1, 9));
  }

  @Test
  void shouldRefuseWhenThereIsNoMeasurement() {
    assertThatIllegalArgumentException().isThrownBy(() -> Statistics.of(List.of()));
  }

  @Test
  void shouldGiveTheNearestRankWhenAskedForAPercentile() {
    List<Double> hundred = IntStream.rangeClosed(1, 100).mapToObj(i -> (double) i).toList();

    assertThat(Statistics.percentile(hundred, 0.5)).isEqualTo(50);
    assertThat(Statistics.percentile(hundred, 0.99)).isEqualTo(99);
    assertThat(Statistics.percentile(List.of(7.0), 0.99)).isEqualTo(7);
  }
}
