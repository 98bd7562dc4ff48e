package io.tidemark.core.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.core.digest.Coverage;
import io.tidemark.core.lifecycle.Slice;
import io.tidemark.schemas.avro.Descriptor;
import io.tidemark.schemas.avro.KeyRange;
import io.tidemark.schemas.avro.ListFilter;
import io.tidemark.schemas.avro.OffsetRange;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
  void shouldRefuseASliceWhenItsBoundariesAreTooLongForTheLog() {
    List<String> lower = List.of("x".repeat(100));
    List<String> upper = List.of("y".repeat(384 << 10));
    PlanBuilder builder = builder();
    builder.add(new Slice.Keys(new KeyRange(List.of("id"), null, lower, false, null)), 1);

    assertThatThrownBy(
            () ->
                builder.add(
                    new Slice.Keys(new KeyRange(List.of("id"), lower, upper, false, null)), 1))
        .isInstanceOf(SliceTooLongException.class)
        .hasMessageContainingAll("b/000001", "384 KiB", "partition.key.columns");
  }

  @Test
  void shouldRefuseASliceWhenItsValuesAreTooLongForTheLog() {
    ListFilter filter = new ListFilter("c", List.of("y".repeat(384 << 10)), false, false);
    Slice slice = new Slice.Keys(new KeyRange(List.of("id"), null, List.of("9"), false, filter));

    assertThatThrownBy(() -> builder().add(slice, 1))
        .isInstanceOf(SliceTooLongException.class)
        .hasMessageContaining("list fewer values");
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

  @ParameterizedTest
  @ValueSource(longs = {9, 11})
  void shouldRefuseASliceThatDoesNotBeginWhereTheOneBeforeItEnds(long from) {
    PlanBuilder builder = builder();
    builder.add(slice(0, 10), 10);
    builder.add(slice(from, 20), 10);

    assertThatIllegalStateException()
        .isThrownBy(builder::take)
        .withMessageContaining("b: partition 1 does not go on where the one before it ends");
  }

  @Test
  void shouldRefuseKeysThatDoNotJoin() {
    PlanBuilder builder = builder();
    builder.add(keys(null, "a"), 10);
    builder.add(keys("a", "c"), 10);
    builder.take();
    builder.add(keys("d", null), 10);

    assertThatIllegalStateException()
        .isThrownBy(builder::take)
        .withMessageContaining("partition 2");
  }

  @Test
  void shouldTakeOtherStreamsAndRowsWithoutAKeyAtAnyTime() {
    PlanBuilder builder = builder();
    builder.add(slice(0, 10), 10);
    builder.add(new Slice.Offsets(new OffsetRange("t", 5L, 10L)), 10);
    builder.add(keys(null, "a"), 10);
    builder.add(keys("a", null), 10);
    builder.add(new Slice.Keys(new KeyRange(List.of("k"), null, null, true, null)), 10);

    assertThat(builder.take()).hasSize(5);
  }

  private static Slice keys(String lower, String upper) {
    return new Slice.Keys(
        new KeyRange(
            List.of("k"),
            lower == null ? null : List.of(lower),
            upper == null ? null : List.of(upper),
            false,
            null));
  }

  @Test
  void shouldRefuseToGoOnBehindAHole() {
    List<Descriptor> published = batch(builder(), 0, 3);

    assertThatIllegalStateException()
        .isThrownBy(() -> builder().published(published.get(1)))
        .withMessageContaining("partition 0 is missing");
  }
}
