package io.tidemark.schemas.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearNamesTest {

  @ParameterizedTest
  @CsvSource({
    "table,table,0",
    "tabel,table,1",
    "tble,table,1",
    "tablex,table,1",
    "TABLE,table,0",
    "'',abc,3",
    "kitten,sitting,3",
    "ca,abc,3"
  })
  void shouldCountSteps(String a, String b, int steps) {
    assertThat(NearNames.distance(a, b)).isEqualTo(steps);
  }

  @Test
  void shouldAskForNearNamesAndListAllWhereNoneIsNear() {
    List<String> known = List.of("table", "user", "url");

    assertThat(NearNames.suggest("tabel", known)).isEqualTo("did you mean 'table'?");
    assertThat(NearNames.suggest("ur", known)).isEqualTo("did you mean 'url'?");
    assertThat(NearNames.suggest("zebra", known)).isEqualTo("there are: table, user, url");
    assertThat(NearNames.suggest("x".repeat(100_000), known)).startsWith("there are:");
    assertThat(NearNames.suggest("a", List.of())).isEmpty();
  }
}
