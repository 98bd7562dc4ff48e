package io.tidemark.core.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNoException;

import io.tidemark.core.lifecycle.Slice;
import io.tidemark.schemas.avro.HashFilter;
import io.tidemark.schemas.avro.KeyRange;
import io.tidemark.schemas.avro.ListFilter;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Which slices with filters make a plan, and which do not. */
class TilingTest {

  private static final Slice NULL_KEYS =
      new Slice.Keys(new KeyRange(List.of("k"), null, null, true, null));

  static Stream<Arguments> plans() {
    return Stream.of(
        Arguments.of("all buckets", List.of(bucket(0, 2), bucket(1, 2), NULL_KEYS)),
        Arguments.of(
            "a bucket in two ranges",
            List.of(
                range(null, "5", hash(0, 2)),
                range("5", "9", hash(0, 2)),
                range(null, "9", hash(1, 2)))),
        Arguments.of(
            "values, NULL and others",
            List.of(
                listed(list(false, false, "a", "b")),
                listed(list(true, false)),
                listed(list(true, true, "a", "b")),
                NULL_KEYS)),
        Arguments.of("values alone", List.of(listed(list(false, false, "a")))),
        Arguments.of("others alone", List.of(listed(list(false, true)))),
        Arguments.of("keys", List.of(range(null, "5", null), range("5", null, null), NULL_KEYS)),
        Arguments.of("rows without a key alone", List.of(NULL_KEYS)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("plans")
  void shouldTakeWhatCoversEveryRowOnce(String name, List<Slice> slices) {
    assertThatNoException().isThrownBy(() -> plan(slices).end());
  }

  static Stream<Arguments> wrong() {
    return Stream.of(
        Arguments.of("the first keys are missing", List.of(range("1", null, null))),
        Arguments.of(
            "the first keys of a bucket are missing", List.of(range("1", "9", hash(0, 1)))),
        Arguments.of(
            "rows without a key come twice",
            List.of(range(null, null, null), NULL_KEYS, NULL_KEYS)),
        Arguments.of("the first bucket is missing", List.of(bucket(1, 2))),
        Arguments.of("a bucket is missing", List.of(bucket(0, 3), bucket(2, 3))),
        Arguments.of("a bucket comes twice", List.of(bucket(0, 2), bucket(0, 2))),
        Arguments.of("the last bucket is missing", List.of(bucket(0, 2), NULL_KEYS)),
        Arguments.of("another number of buckets", List.of(bucket(0, 2), bucket(1, 3))),
        Arguments.of(
            "other columns",
            List.of(bucket(0, 2), range(null, "9", new HashFilter(List.of("other"), 1, 2)))),
        Arguments.of("a bucket ends early", List.of(bucket(0, 2), range(null, "8", hash(1, 2)))),
        Arguments.of(
            "the bucket before ended early",
            List.of(bucket(0, 3), range(null, "8", hash(1, 3)), bucket(2, 3))),
        Arguments.of("a bucket begins late", List.of(bucket(0, 2), range("1", "9", hash(1, 2)))),
        Arguments.of(
            "a gap within a bucket",
            List.of(range(null, "5", hash(0, 1)), range("6", "9", hash(0, 1)))),
        Arguments.of("no filter behind one", List.of(bucket(0, 1), range("9", null, null))),
        Arguments.of("a filter behind none", List.of(range(null, "9", null), bucket(0, 1))),
        Arguments.of(
            "a value comes twice",
            List.of(listed(list(false, false, "a", "b")), listed(list(false, false, "b")))),
        Arguments.of(
            "NULL comes twice",
            List.of(listed(list(true, false, "a")), listed(list(true, false, "b")))),
        Arguments.of(
            "the others leave out too much",
            List.of(listed(list(false, false, "a")), listed(list(false, true, "a", "b")))),
        Arguments.of(
            "the others leave out too little",
            List.of(
                listed(list(false, false, "a")),
                listed(list(false, false, "b")),
                listed(list(false, true, "a")))),
        Arguments.of(
            "the others leave out NULL",
            List.of(listed(list(false, false, "a")), listed(list(true, true, "a")))),
        Arguments.of(
            "a value behind the others",
            List.of(
                listed(list(false, false, "a")),
                listed(list(false, true, "a")),
                listed(list(false, false, "b")))),
        Arguments.of("a list behind a bucket", List.of(bucket(0, 1), listed(list(false, true)))),
        Arguments.of("a bucket behind a list", List.of(listed(list(false, true)), bucket(0, 1))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("wrong")
  void shouldRefuseWhatLosesOrDoublesRows(String name, List<Slice> slices) {
    assertThatIllegalStateException()
        .isThrownBy(() -> plan(slices).end())
        .withMessageContaining("please report it");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("plans")
  void shouldTakeTheRestWhenAPlannerWentOn(String name, List<Slice> slices) {
    for (int cut = 0; cut <= slices.size(); cut++) {
      PlanBuilder whole = new PlanBuilder("b", 4, 99);
      slices.forEach(s -> whole.add(s, 1));
      PlanBuilder resumed = new PlanBuilder("b", 4, 99);
      whole.take().subList(0, cut).forEach(resumed::published);
      slices.subList(cut, slices.size()).forEach(s -> resumed.add(s, 1));

      assertThat(resumed.take()).hasSize(slices.size() - cut);
      assertThatNoException().isThrownBy(resumed::end);
      assertThat(resumed.coverage()).isEqualTo(whole.coverage());
    }
  }

  private static PlanBuilder plan(List<Slice> slices) {
    PlanBuilder builder = new PlanBuilder("b", 4, 99);
    slices.forEach(s -> builder.add(s, 1));
    builder.take();
    return builder;
  }

  private static Slice range(String lower, String upper, Object filter) {
    return new Slice.Keys(
        new KeyRange(
            List.of("k"),
            lower == null ? null : List.of(lower),
            upper == null ? null : List.of(upper),
            false,
            filter));
  }

  private static HashFilter hash(int bucket, int buckets) {
    return new HashFilter(List.of("c"), bucket, buckets);
  }

  private static Slice bucket(int bucket, int buckets) {
    return range(null, "9", hash(bucket, buckets));
  }

  private static ListFilter list(boolean nulls, boolean others, String... values) {
    return new ListFilter("c", List.of(values), nulls, others);
  }

  private static Slice listed(ListFilter filter) {
    return range(null, "9", filter);
  }
}
