package io.tidemark.core.chunking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ChunkSizerTest {

  private static final long TARGET_MS = 1_000;

  private static ChunkSizer at(int rows) {
    return new ChunkSizer(rows, 10_000, 1 << 20, TARGET_MS);
  }

  @Test
  void shouldStartAtAQuarterOfTheBound() {
    assertThat(ChunkSizer.starting(10_000, 5, TARGET_MS).next()).isEqualTo(new ChunkSize(2_500, 5));
    assertThat(ChunkSizer.starting(1, 5, TARGET_MS).next().rows()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({
    "1000, 1000, 1000, 1000", // as it should be
    "1000, 1000,  900, 1112", // a little fast
    "1000, 1000,   10, 1200", // far too fast: a fifth more at most
    "1000, 1000,    0, 1200", // too fast to measure
    "1000, 1000, 2000,  500", // too slow: at once as small as needed
    "1000, 1000, 1000000, 1",
    "1000,  100,   50, 1200", // a chunk that bytes or the end cut short
    "1000,  100, 1000,  100",
    "   1,    1,    1,    2", // one row grows, too
    "9999, 9999,    1, 10000", // never above the bound
  })
  void shouldAimAtTheTarget(int rows, long chunkRows, long tookMs, int next) {
    assertThat(at(rows).after(chunkRows, tookMs).next().rows()).isEqualTo(next);
  }

  @Test
  void shouldLearnNothingFromAnEmptyChunk() {
    assertThat(at(1_000).after(0, 5_000)).isEqualTo(at(1_000));
  }

  @Test
  void shouldReachTheBoundWithinEightChunksWhenRowsAreCheap() {
    ChunkSizer sizer = ChunkSizer.starting(10_000, 5, TARGET_MS);
    for (int i = 0; i < 8; i++) {
      sizer = sizer.after(sizer.rows(), 1);
    }

    assertThat(sizer.rows()).isEqualTo(10_000);
  }

  @Test
  void shouldSettleAtTheTargetWhenRowsTakeTheSameTime() {
    ChunkSizer sizer = ChunkSizer.starting(10_000, 5, TARGET_MS);
    for (int i = 0; i < 30; i++) {
      sizer = sizer.after(sizer.rows(), sizer.rows() / 4);
    }

    assertThat(sizer.rows() / 4).isBetween(950, 1_050);
  }

  @ParameterizedTest
  @CsvSource({"0,1", "1,0"})
  void shouldRefuseAChunkOfNothing(int rows, long bytes) {
    assertThatIllegalArgumentException().isThrownBy(() -> new ChunkSize(rows, bytes));
  }
}
