package io.tidemark.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@code tidemark demo}, as a user would start it. */
class DemoTest {

  @RegisterExtension static final Fleet fleet = new Fleet();

  @Test
  void shouldProveThatAWorkerWasKilledAndNothingLost() {
    Path sample =
        Path.of(System.getProperty("tidemark.root"), "examples/data/flights-sample.parquet");

    Proc demo = fleet.start("demo", "demo", "--data-file", sample.toString());

    demo.expect(0, Duration.ofMinutes(6));
    assertThat(demo.out()).contains("Proved.").doesNotContain("≠");
    assertThat(number(demo, "with (\\d+) partitions in its hands")).isPositive();
    assertThat(number(demo, "took over (\\d+) partitions")).isPositive();
    demo.out()
        .lines()
        .filter(l -> l.contains("SIGKILL") || l.contains("took over") || l.contains("→"))
        .forEach(System.out::println);
  }

  private static long number(Proc p, String regex) {
    Matcher m = Pattern.compile(regex).matcher(p.out());
    assertThat(m.find()).as(p::transcript).isTrue();
    return Long.parseLong(m.group(1));
  }
}
