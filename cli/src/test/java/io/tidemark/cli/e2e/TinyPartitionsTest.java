package io.tidemark.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Partitions of one row each, through every real part but a database, in one process of a small
 * heap. {@code -Dtidemark.partitions=1000000} runs a million.
 */
class TinyPartitionsTest {

  private static final long PARTITIONS = Long.getLong("tidemark.partitions", 20_000);
  private static final String HEAP = PARTITIONS <= 100_000 ? "512m" : "2g";
  private static final Duration LIMIT = Duration.ofMinutes(40);

  @RegisterExtension static final Fleet fleet = new Fleet();

  @Test
  void shouldFinishManyTinyPartitionsInASmallHeapWhenInterruptedInTheMiddle() {
    Path spec =
        fleet.write(
            "tiny.yaml",
            """
            apiVersion: tidemark/v1
            name: tiny
            source: {generated: {rows: %d}}
            sink: {generated: {}}
            """
                .formatted(PARTITIONS));
    String all = count(PARTITIONS);

    Proc first = start("tiny-1", spec);
    first.awaitLog("tiny-[0-9a-f]+ RUNNING", LIMIT);
    Fleet.pause(fleet.moment(500, 2_000));
    first.signal("TERM");
    first.expect(130, LIMIT);
    Proc second = start("tiny-2", spec);
    second.expect(0, LIMIT);

    assertThat(second.out().lines())
        .as(second::transcript)
        .contains("state      COMPLETED", "drift      none")
        .anyMatch(l -> l.startsWith("covered    yes"))
        .anyMatch(l -> l.startsWith("partitions " + all + ": " + all + " completed, 0 failed"))
        .anyMatch(l -> l.startsWith("rows       " + all + " of "));
    System.out.printf(
        "%s partitions in a heap of %s, interrupted at%s; %s%n",
        all, HEAP, lastProgress(first), wallTime(second));
  }

  /** Out of memory is the end of the process, so that no part of it can go on as if it were not. */
  private static Proc start(String name, Path spec) {
    return fleet.start(
        List.of(
            "-Xmx" + HEAP,
            "-XX:+UseSerialGC",
            "-XX:+ExitOnOutOfMemoryError",
            // As on a terminal: it says how far it is at every look.
            "-Dtidemark.terminal=true"),
        name,
        "run",
        spec.toString(),
        "--lanes",
        "4");
  }

  private static String count(long n) {
    return String.format(Locale.ROOT, "%,d", n);
  }

  private static String lastProgress(Proc p) {
    return p.err()
        .lines()
        .filter(l -> l.contains(" partitions"))
        .reduce("", (a, b) -> b)
        .replaceAll(".*%", "");
  }

  private static String wallTime(Proc p) {
    return p.out().lines().filter(l -> l.startsWith("wall time")).findFirst().orElseThrow();
  }
}
