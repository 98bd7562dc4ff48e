package io.tidemark.core.digest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.core.lifecycle.Slice;
import io.tidemark.schemas.avro.FileSlice;
import io.tidemark.schemas.avro.HashFilter;
import io.tidemark.schemas.avro.KeyRange;
import io.tidemark.schemas.avro.ListFilter;
import io.tidemark.schemas.avro.OffsetRange;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tilings, however cut, add up to the same; anything else does not. */
class CoverageTest {

  /** Boundaries of one track: edges[i] to edges[i + 1] is a slice. */
  private record Track(List<Integer> edges, Function<int[], Slice> slice) {

    List<Slice> slices() {
      List<Slice> slices = new ArrayList<>();
      for (int i = 0; i + 1 < edges.size(); i++) {
        slices.add(slice(edges.get(i), edges.get(i + 1)));
      }
      return slices;
    }

    Slice slice(int from, int to) {
      return slice.apply(new int[] {from, to});
    }
  }

  static LongStream seeds() {
    Long one = Long.getLong("tidemark.seed");
    return one == null ? LongStream.range(0, 60) : LongStream.of(one);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void shouldAddUpAlikeWhenTheSamePlanIsCutDifferently(long seed) {
    Random random = new Random(seed);
    for (Track plan : tracks(random)) {
      Track finer = new Track(split(plan.edges(), random), plan.slice());

      List<Slice> shuffled = new ArrayList<>(finer.slices());
      Collections.shuffle(shuffled, random);

      assertThat(sum(shuffled)).isEqualTo(sum(plan.slices()));
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void shouldNotAddUpWhenASliceIsMissingDoubledOrMoved(long seed) {
    Random random = new Random(seed);
    List<Slice> all = new ArrayList<>();
    for (Track track : tracks(random)) {
      all.addAll(track.slices());
    }
    long expected = sum(all);

    for (Track track : tracks(new Random(seed))) {
      List<Integer> edges = track.edges();
      for (int i = 0; i + 1 < edges.size(); i++) {
        long rest = expected - Coverage.of(track.slice(edges.get(i), edges.get(i + 1)));
        int from = edges.get(i);
        int to = edges.get(i + 1);
        assertThat(rest).as("gap at %d", i).isNotEqualTo(expected);
        assertThat(2 * expected - rest).as("doubled %d", i).isNotEqualTo(expected);
        assertThat(rest + Coverage.of(track.slice(from, to + 1)))
            .as("%d overlaps the next", i)
            .isNotEqualTo(expected);
        assertThat(rest + Coverage.of(track.slice(from - 1, to)))
            .as("%d overlaps the one before", i)
            .isNotEqualTo(expected);
        assertThat(rest + Coverage.of(track.slice(from - 1, to - 1)))
            .as("%d is moved", i)
            .isNotEqualTo(expected);
        if (to - from > 1) {
          assertThat(rest + Coverage.of(track.slice(from, to - 1)))
              .as("%d leaves a gap", i)
              .isNotEqualTo(expected);
          // An overlap of the same size as a gap elsewhere: sums of lengths would not see it.
          assertThat(
                  rest
                      + Coverage.of(track.slice(from, to - 1))
                      + Coverage.of(track.slice(from, from + 1)))
              .as("%d leaves a gap and overlaps", i)
              .isNotEqualTo(expected);
        }
      }
    }
  }

  @Test
  void shouldTellTracksApartWhenBoundariesAreTheSame() {
    assertThat(
            LongStream.of(
                    Coverage.of(offsets("a").slice(0, 10)),
                    Coverage.of(offsets("b").slice(0, 10)),
                    Coverage.of(file("a").slice(0, 10)),
                    Coverage.of(keys("a").slice(0, 10)),
                    Coverage.of(keys("b").slice(0, 10)))
                .boxed())
        .doesNotHaveDuplicates();
  }

  @Test
  void shouldTellKeysApartWhenTheirPartsJoinToTheSameText() {
    assertThat(Coverage.of(keys(List.of("a", "b"), List.of("1", "12"))))
        .isNotEqualTo(Coverage.of(keys(List.of("a", "b"), List.of("11", "2"))));
    assertThat(Coverage.of(keys(List.of("a", "b"), List.of("1", "2"))))
        .isNotEqualTo(Coverage.of(keys(List.of("ab"), List.of("1", "2"))));
  }

  @Test
  void shouldCountRowsWithoutAKeyOnceWhenTheyHaveASliceOfTheirOwn() {
    long open = Coverage.of(keys(List.of("id"), null));
    long nulls = Coverage.of(new Slice.Keys(new KeyRange(List.of("id"), null, null, true, null)));

    assertThat(nulls).isNotZero().isNotEqualTo(open);
    assertThat(open + nulls + nulls).isNotEqualTo(open + nulls);
  }

  @Test
  void shouldTellFiltersApart() {
    assertThat(
            Stream.of(
                    null,
                    new ListFilter("c", List.of("a", "b"), false, false),
                    new ListFilter("c", List.of("ab"), false, false),
                    new ListFilter("c", List.of("a"), false, false),
                    new ListFilter("c", List.of("a"), true, false),
                    new ListFilter("c", List.of("a"), true, true),
                    new ListFilter("c", List.of("a"), false, true),
                    new ListFilter("d", List.of("a"), false, true),
                    new HashFilter(List.of("c"), 0, 2),
                    new HashFilter(List.of("c"), 1, 2),
                    new HashFilter(List.of("c"), 1, 3),
                    new HashFilter(List.of("c", "d"), 1, 3))
                .map(f -> new KeyRange(List.of("id"), null, List.of("9"), false, f))
                .map(r -> Coverage.of(new Slice.Keys(r))))
        .doesNotHaveDuplicates();
  }

  @Test
  void shouldRefuseABucketThatThereIsNot() {
    KeyRange range =
        new KeyRange(List.of("id"), null, null, false, new HashFilter(List.of("c"), 2, 2));

    assertThatThrownBy(() -> Coverage.of(new Slice.Keys(range)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("bucket 2 of 2");
  }

  @Test
  void shouldRefuseASliceThatRunsBackward() {
    assertThatThrownBy(() -> Coverage.of(offsets("s").slice(10, 9)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[10, 9)");
    assertThatThrownBy(() -> Coverage.of(file("f").slice(10, 10)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static List<Track> tracks(Random random) {
    List<Track> tracks = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      tracks.add(new Track(edges(random), file("part-" + i + ".csv").slice()));
      tracks.add(new Track(edges(random), offsets("topic-" + i).slice()));
    }
    tracks.add(new Track(edges(random), keys("id").slice()));
    for (int i = 0; i < 2; i++) {
      tracks.add(new Track(edges(random), keys("id", new HashFilter(List.of("c"), i, 2)).slice()));
    }
    return tracks;
  }

  private static List<Integer> edges(Random random) {
    return random.ints(2 + random.nextInt(12), 1, 1_000).distinct().sorted().boxed().toList();
  }

  private static List<Integer> split(List<Integer> edges, Random random) {
    if (edges.size() < 2) {
      return edges;
    }
    return LongStream.concat(
            edges.stream().mapToLong(Integer::longValue),
            random.longs(20, edges.getFirst(), edges.getLast()))
        .distinct()
        .sorted()
        .mapToObj(Math::toIntExact)
        .toList();
  }

  private static Track offsets(String stream) {
    return new Track(
        List.of(), b -> new Slice.Offsets(new OffsetRange(stream, (long) b[0], (long) b[1])));
  }

  private static Track file(String path) {
    return new Track(
        List.of(),
        b -> new Slice.FilePart(new FileSlice(path, "csv", (long) b[0], (long) b[1], 1_000L, 0L)));
  }

  private static Track keys(String column) {
    return keys(column, null);
  }

  private static Track keys(String column, Object filter) {
    return new Track(
        List.of(),
        b ->
            new Slice.Keys(
                new KeyRange(
                    List.of(column),
                    List.of(Integer.toString(b[0])),
                    List.of(Integer.toString(b[1])),
                    false,
                    filter)));
  }

  private static Slice keys(List<String> columns, List<String> upper) {
    return new Slice.Keys(new KeyRange(columns, null, upper, false, null));
  }

  private static long sum(List<Slice> slices) {
    return slices.stream().mapToLong(Coverage::of).sum();
  }
}
