package io.tidemark.core.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class CursorTest {

  @Test
  void shouldGiveTheStartWhenNothingWasRead() {
    assertThat(Cursor.START.isStart()).isTrue();
    assertThat(Cursor.START.offsetOr(7)).isEqualTo(7);
    assertThat(Cursor.START).hasToString("start");
  }

  @Test
  void shouldHoldAnOffset() {
    assertThat(Cursor.of(42).offsetOr(7)).isEqualTo(42);
    assertThat(Cursor.of(42)).isEqualTo(Cursor.of("42"));
  }

  @Test
  void shouldHoldAKeyOfSeveralColumns() {
    assertThat(Cursor.of("a", "7").parts()).containsExactly("a", "7");
    assertThat(Cursor.of("a", "7")).hasToString("a,7");
  }

  @Test
  void shouldRefuseToReadAKeyAsAnOffset() {
    assertThatIllegalStateException().isThrownBy(() -> Cursor.of("a").offsetOr(0));
    assertThatIllegalStateException().isThrownBy(() -> Cursor.of("1", "2").offsetOr(0));
  }

  @Test
  void shouldNotChangeWithTheListItWasMadeOf() {
    List<String> parts = new ArrayList<>(List.of("a"));
    Cursor cursor = new Cursor(parts);
    parts.add("b");

    assertThat(cursor).isEqualTo(Cursor.of("a"));
  }
}
