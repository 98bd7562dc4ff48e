package io.tidemark.core.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.tidemark.schemas.avro.FileSlice;
import io.tidemark.schemas.avro.KeyRange;
import io.tidemark.schemas.avro.OffsetRange;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class SliceTest {

  static Stream<Object> branches() {
    return Stream.of(
        new KeyRange(List.of("id"), null, List.of("9"), false, null),
        new FileSlice("a.csv", "csv", 0L, 10L, 10L, 0L),
        new OffsetRange("topic-0", 0L, 10L));
  }

  @ParameterizedTest
  @MethodSource("branches")
  void shouldGiveBackTheRecordItWasMadeOf(Object avro) {
    assertThat(Slice.of(avro).avro()).isSameAs(avro);
  }

  @Test
  void shouldRefuseWhatItDoesNotKnow() {
    assertThatIllegalArgumentException().isThrownBy(() -> Slice.of(null));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Slice.of("all"))
        .withMessageContaining("java.lang.String");
  }
}
