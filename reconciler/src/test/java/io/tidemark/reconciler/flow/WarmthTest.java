package io.tidemark.reconciler.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class WarmthTest {

  private static Warmth after(Warmth before, long current, long end) {
    return before.seen(Map.of(new Warmth.Part("ledger-a", 3), new Warmth.Position(current, end)));
  }

  private static boolean warm(Warmth warmth) {
    return warmth.warm("ledger-a", 3);
  }

  @Test
  void shouldBeColdUntilAllThatWasThereAtFirstHasArrived() {
    Warmth first = after(Warmth.NONE, 0, 100);
    Warmth later = after(first, 98, 500);
    Warmth complete = after(later, 99, 500);

    assertThat(warm(Warmth.NONE)).isFalse();
    assertThat(warm(first)).isFalse();
    assertThat(warm(later)).isFalse();
    assertThat(warm(complete)).as("the last one is the marker of the transaction").isTrue();
  }

  @Test
  void shouldStayWarmWhenItFallsBehind() {
    assertThat(warm(after(after(Warmth.NONE, 100, 100), 110, 9_000))).isTrue();
  }

  @Test
  void shouldBeColdAgainWhenItWasThrownAway() {
    Warmth anew = after(after(Warmth.NONE, 100, 100), 0, 120);

    assertThat(warm(anew)).isFalse();
    assertThat(warm(after(anew, 119, 130))).isTrue();
  }

  @Test
  void shouldForgetWhatIsGone() {
    Warmth gone = after(Warmth.NONE, 100, 100).seen(Map.of());

    assertThat(warm(gone)).isFalse();
    assertThat(gone.warm("ledger-a", 2)).isFalse();
  }
}
