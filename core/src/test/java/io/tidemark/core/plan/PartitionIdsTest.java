package io.tidemark.core.plan;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class PartitionIdsTest {

  @Test
  void shouldPadTheOrdinalToSixDigits() {
    assertThat(PartitionIds.of("orders-1a2b3c4d", 0)).isEqualTo("orders-1a2b3c4d/000000");
    assertThat(PartitionIds.of("orders-1a2b3c4d", 42)).isEqualTo("orders-1a2b3c4d/000042");
    assertThat(PartitionIds.of("orders-1a2b3c4d", 1_234_567)).isEqualTo("orders-1a2b3c4d/1234567");
  }

  @Test
  void shouldEncloseTheIdsOfABackfillAndNoOthers() {
    String start = PartitionIds.start("a-1");
    String end = PartitionIds.end("a-1");

    assertThat(PartitionIds.of("a-1", 0)).isBetween(start, end);
    assertThat(PartitionIds.of("a-1", 9_999_999) + ".1.2").isBetween(start, end);
    assertThat(
            PartitionIds.of("a-10", 0).compareTo(start) > 0
                && PartitionIds.of("a-10", 0).compareTo(end) < 0)
        .isFalse();
    assertThat(PartitionIds.of("a-", 0)).isLessThan(start);
  }
}
