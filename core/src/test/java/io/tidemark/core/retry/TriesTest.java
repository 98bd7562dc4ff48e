package io.tidemark.core.retry;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.schemas.avro.FailureKind;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What costs an attempt, as a table. The policy: 3 attempts, outages of less than 60 s. */
final class TriesTest {

  private static final RetryPolicy RETRY = new RetryPolicy(3, 100, 1_000, 60_000);

  /** Failures one after the other, each {@code KIND@second}; a star: in mid-work. */
  @ParameterizedTest(name = "{0} costs {1}")
  @CsvSource({
    "TRANSIENT@0, 1, goes on",
    "TRANSIENT@0 TRANSIENT@0, 2, goes on",
    "TRANSIENT@0 TRANSIENT@0 TRANSIENT@0, 3, fails",
    "FATAL@0, 0, fails",
    "POISON@0, 0, fails",
    "UNKNOWN@0, 0, fails",
    // Away or overloaded: free until the outage is over.
    "OVERLOAD@0 OVERLOAD@30 OVERLOAD@59, 0, goes on",
    "OVERLOAD*@0 OVERLOAD*@30 OVERLOAD*@59, 0, goes on",
    "OVERLOAD@0 OVERLOAD@60, 1, goes on",
    "UNAVAILABLE@0 UNAVAILABLE@30 UNAVAILABLE@59, 0, goes on",
    "UNAVAILABLE@0 OVERLOAD@59 UNAVAILABLE@60, 1, goes on",
    "UNAVAILABLE@0 UNAVAILABLE@60 UNAVAILABLE@61 UNAVAILABLE@62, 3, fails",
    "UNAVAILABLE@5 UNAVAILABLE@64, 0, goes on",
    // What breaks in mid-work is free once.
    "UNAVAILABLE*@0, 0, goes on",
    "UNAVAILABLE*@0 UNAVAILABLE@1 UNAVAILABLE@2, 0, goes on",
    "UNAVAILABLE@0 UNAVAILABLE@1 UNAVAILABLE*@2, 0, goes on",
    "UNAVAILABLE*@0 UNAVAILABLE*@1, 1, goes on",
    "UNAVAILABLE*@0 UNAVAILABLE@1 UNAVAILABLE*@2 UNAVAILABLE*@3, 2, goes on",
    "UNAVAILABLE*@0 UNAVAILABLE*@1 UNAVAILABLE*@2 UNAVAILABLE*@3, 3, fails",
    // What is the partition's own counts in between, and is not forgotten.
    "TRANSIENT@0 UNAVAILABLE@1 TRANSIENT@2, 2, goes on",
    "TRANSIENT@0 UNAVAILABLE@1 TRANSIENT@2 OVERLOAD@3 TRANSIENT@4, 3, fails",
    // What this worker alone lacks never counts.
    "LOCAL@0 LOCAL@60 LOCAL@99999, 0, goes on",
    "LOCAL@0 OVERLOAD@70, 0, goes on",
    "OVERLOAD@0 LOCAL@70 OVERLOAD@71, 1, goes on"
  })
  void shouldCount(String failures, int attempts, String then) {
    Tries tries = Tries.NONE;
    FailureKind last = FailureKind.UNKNOWN;
    for (String failure : failures.split(" ", -1)) {
      String[] parts = failure.split("\\*?@", -1);
      last = FailureKind.valueOf(parts[0]);
      tries = tries.after(last, failure.contains("*"), Long.parseLong(parts[1]) * 1_000, RETRY);
    }

    assertThat(tries.attempts()).isEqualTo(attempts);
    assertThat(tries.over(last, RETRY)).isEqualTo(then.equals("fails"));
  }

  @ParameterizedTest
  @CsvSource({"OVERLOAD", "UNAVAILABLE"})
  void shouldMeasureAnOutageAnewWhenThePartitionRested(FailureKind kind) {
    Tries before = Tries.NONE.after(kind, false, 0, RETRY).rested();

    Tries tries = before.after(kind, false, 90_000, RETRY);

    assertThat(tries.attempts()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"TRANSIENT", "OVERLOAD", "UNAVAILABLE", "LOCAL"})
  void shouldWaitLongerWithEachFailureThatCountsOrNot(FailureKind kind) {
    Tries tries = Tries.NONE.after(kind, false, 0, RETRY).after(kind, false, 1, RETRY);

    assertThat(tries.failures()).isEqualTo(2);
  }
}
