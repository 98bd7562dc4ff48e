package io.tidemark.core.chunking;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IsolationTest {

  private static final ChunkSize USUAL = new ChunkSize(1_000, 1 << 20);

  @Test
  void shouldLeaveChunksAloneWhenNothingIsRefused() {
    assertThat(Isolation.NONE.narrowed(USUAL)).isEqualTo(USUAL);
    assertThat(Isolation.NONE.passed(1_000)).isEqualTo(Isolation.NONE);
  }

  @Test
  void shouldBeFoundAtOnceWhenTheFirstRowOfAChunkIsRefusedWhileItIsWritten() {
    assertThat(Isolation.NONE.refused(1, 1_000).found()).isTrue();
  }

  /** Five rows of one key, of which a reader never gives fewer. */
  @Test
  void shouldEndWhenAChunkCannotShrink() {
    Isolation search = Isolation.NONE;
    int chunks = 0;
    while (!search.found() && chunks++ < 10) {
      search = search.refused(5, search.narrowed(USUAL).rows());
    }

    assertThat(search.found()).isTrue();
  }

  /** n rows, k of them refused: each is found, and nothing is written more than a few times. */
  @ParameterizedTest
  @CsvSource({"1000,1", "1000,3", "50000,1", "50000,5", "17,17"})
  void shouldFindEveryRowThatIsRefusedInFewWrites(int rows, int refused) {
    for (int seed = 0; seed < 50; seed++) {
      TreeSet<Long> bad = new TreeSet<>();
      SplittableRandom random = new SplittableRandom(seed);
      while (bad.size() < refused) {
        bad.add(random.nextLong(rows));
      }

      List<Long> found = new ArrayList<>();
      int writes = 0;
      long at = 0;
      Isolation search = Isolation.NONE;
      while (at < rows) {
        long to = Math.min(rows, at + search.narrowed(new ChunkSize(rows, 1)).rows());
        writes++;
        if (bad.subSet(at, to).isEmpty()) {
          search = search.passed(to - at);
          at = to;
        } else {
          search = search.refused(to - at, (int) (to - at));
          if (search.found()) {
            found.add(at++);
            search = Isolation.NONE;
          }
        }
      }

      assertThat(found).containsExactlyElementsOf(bad);
      // For each: as many halvings as the rows have bits, and the chunk that is whole again.
      assertThat(writes).as("seed %d", seed).isLessThanOrEqualTo(refused * bits(rows) + 1);
    }
  }

  private static int bits(int n) {
    return 34 - Integer.numberOfLeadingZeros(n);
  }
}
