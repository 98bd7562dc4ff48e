package io.tidemark.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FuzzTest {

  private final Mutator mutator =
      new Mutator(
          List.of("one".getBytes(StandardCharsets.UTF_8), "two".getBytes(StandardCharsets.UTF_8)),
          List.of("{"));

  @Test
  void shouldGiveTheSameInputAgainWhenTheSeedIsTheSame() {
    for (int seed = 0; seed < 1_000; seed++) {
      byte[] input = mutator.next(new Random(seed));

      assertThat(mutator.next(new Random(seed))).isEqualTo(input);
      assertThat(input.length).isLessThanOrEqualTo(Mutator.MOST);
    }
  }

  @Test
  void shouldNameTheSeedOfTheInputWhenItThrows() {
    assertThatThrownBy(
            () ->
                Fuzz.run(
                    "thrower",
                    100,
                    0,
                    mutator,
                    in -> {
                      throw new StackOverflowError();
                    }))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("-Dfuzz.seed=")
        .hasMessageContaining("threw java.lang.StackOverflowError");
  }

  @Test
  void shouldFailWhenAnInputAllocatesBeyondTheBound() {
    assertThatThrownBy(
            () -> Fuzz.run("glutton", 100, 0, mutator, in -> new byte[65 << 20].length == 0))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("allocated ");
  }
}
