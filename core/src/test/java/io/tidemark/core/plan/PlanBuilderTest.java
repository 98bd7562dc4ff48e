package io.tidemark.core.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.tidemark.core.digest.Coverage;
import io.tidemark.core.lifecycle.Slice;
import io.tidemark.schemas.avro.Descriptor;
import io.tidemark.schemas.avro.OffsetRange;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PlanBuilderTest {

  private static PlanBuilder builder() {
    return new PlanBuilder("b", 4, 99);
  }

  private static Slice slice(long from, long to) {
    return new Slice.Offsets(new OffsetRange("s", from, to));
  }

  private static List<Descriptor> batch(PlanBuilder builder, int first, int count) {
    for (int i = first; i < first + count; i++) {
      builder.add(slice(10L * i, 10L * i + 10), 10 + i % 3);
    }
    return builder.take();
  }

  @Test
  void shouldNumberPartitionsInTheOrderOfTheirSlices() {
    List<Descriptor> batch = batch(builder(), 0, 3);

    assertThat(batch)
        .extracting(Descriptor::getPartitionId)
        .containsExactly("b/000000", "b/000001", "b/000002");
    assertThat(batch).extracting(Descriptor::getQueue).containsExactly(2, 1, 0);
    assertThat(batch).allMatch(d -> d.getPlannedAt() == 99 && d.getRound() == 0);
  }

  @Test
  void shouldSumUpWhatItBuilt() {
    PlanBuilder builder = builder();
    batch(builder, 0, 3);
    batch(builder, 3, 3);

    assertThat(builder.partitions()).isEqualTo(6);
    assertThat(builder.rows()).isEqualTo(66);
    assertThat(builder.heaviest()).isEqualTo(12);
    assertThat(builder.pending()).isZero();
    assertThat(builder.coverage()).isEqualTo(Coverage.of(slice(0, 60)));
  }

  @Test
  void shouldGoOnAsTheInterruptedPlannerWouldHave() {
    PlanBuilder whole = builder();
    List<Descriptor> published = new ArrayList<>(batch(whole, 0, 7));

    PlanBuilder resumed = builder();
    published.forEach(resumed::published);

    assertThat(batch(resumed, 7, 9)).isEqualTo(batch(whole, 7, 9));
    assertThat(resumed.coverage()).isEqualTo(whole.coverage());
    assertThat(resumed.rows()).isEqualTo(whole.rows());
  }

  @Test
  void shouldRefuseToGoOnBehindAHole() {
    List<Descriptor> published = batch(builder(), 0, 3);

    assertThatIllegalStateException()
        .isThrownBy(() -> builder().published(published.get(1)))
        .withMessageContaining("partition 0 is missing");
  }
}
