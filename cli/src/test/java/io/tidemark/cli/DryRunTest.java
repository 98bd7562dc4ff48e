package io.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** What {@code plan --dry-run} shows of a plan that can be. */
@Isolated("it reads what this process writes")
final class DryRunTest {

  @TempDir Path dir;
  private String spec;

  @BeforeEach
  void write() throws IOException {
    // One megabyte a partition: the second file is a third partition, and a small one.
    String line = "x".repeat(1023) + "\n";
    Files.writeString(dir.resolve("a.csv"), "c\n" + line.repeat(2_000));
    Files.writeString(dir.resolve("b.csv"), "c\n" + line.repeat(100));
    spec =
        Files.writeString(
                dir.resolve("spec.yaml"),
                """
                apiVersion: tidemark/v1
                name: x
                source: {file: {path: "%1$s/*.csv", format: csv}}
                partition: {file: {megabytes: 1}}
                sink: {file: {path: "%1$s/out", format: csv}}
                """
                    .formatted(dir))
            .toString();
  }

  @Test
  void shouldTellPartitionsImbalanceTimeAndPathWhenDry() {
    Cli cli = Cli.run("plan", spec, "--dry-run");

    assertThat(cli.exitCode()).isZero();
    assertThat(cli.out())
        .containsPattern(
            "3 partitions, about [0-9,]+ rows, cut in [0-9]+\\.[0-9]{2} s; the heaviest")
        .containsPattern("[0-9,]+, 1\\.[0-9]{2} times the mean; queue imbalance ")
        .contains("rows travel as records (avro)", "not better, as files of format csv are read")
        .contains("2 csv file(s)")
        .contains("source key file:" + dir + "/*.csv: limits of the source go by it");
    assertThat(dir.resolve("out")).doesNotExist();
  }

  @Test
  void shouldTellTheSameInJsonWhenAsked() throws IOException {
    Cli cli = Cli.run("plan", spec, "--dry-run", "--output", "json");

    JsonNode said = new ObjectMapper().readTree(cli.out());
    assertThat(said.path("partitions").asLong()).isEqualTo(3);
    double mean = said.path("rows_estimated").asDouble() / 3;
    assertThat(said.path("imbalance").asDouble())
        .isEqualTo(said.path("heaviest").asDouble() / mean)
        .isBetween(1.3, 1.6);
    assertThat(said.path("queue_imbalance").asDouble()).isGreaterThan(1);
    assertThat(said.path("source_key").asText()).isEqualTo("file:" + dir + "/*.csv");
    assertThat(said.path("seconds").asDouble()).isPositive();
    assertThat(said.path("path").asText()).isEqualTo("records");
    assertThat(said.path("format").asText()).isEqualTo("avro");
    assertThat(said.path("obstacles").get(0).asText()).contains("csv");
    assertThat(said.path("explain").get(0).asText()).contains("2 csv file(s)");
  }
}
