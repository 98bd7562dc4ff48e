package io.tidemark.reconciler.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.schemas.avro.Failure;
import io.tidemark.schemas.avro.FailureKind;
import org.junit.jupiter.api.Test;

class CausesTest {

  private final Causes causes = new Causes();

  private void add(String partition, String message, boolean ended) {
    causes.add(partition, new Failure(FailureKind.FATAL, "C", message, 1L), ended);
  }

  @Test
  void shouldFoldWhatDiffersByNumbersOnlyAndTellTheMostFrequentFirst() {
    add("a/0", "disk full", true);
    add("a/1", "row 17 of try 2 is too long", true);
    add("a/2", "row 4711 of try 1 is too long", false);

    assertThat(causes.groups())
        .containsExactly(
            new Causes.Group(FailureKind.FATAL, "C", "row 17 of try 2 is too long", 2, 1, "a/1"),
            new Causes.Group(FailureKind.FATAL, "C", "disk full", 1, 1, "a/0"));
  }

  @Test
  void shouldCountAllAndKeepFewWhenEachHasACauseOfItsOwn() {
    for (char a = 'a'; a < 'a' + 26; a++) {
      for (char b = 'a'; b < 'a' + 26; b++) {
        add("a/0", "cause " + a + b, true);
      }
    }

    assertThat(causes.groups()).hasSize(Causes.MAX + 1);
    assertThat(causes.groups().getFirst().message()).isEqualTo(Causes.OTHERS);
    assertThat(causes.groups().stream().mapToLong(Causes.Group::count).sum()).isEqualTo(26 * 26);
  }
}
