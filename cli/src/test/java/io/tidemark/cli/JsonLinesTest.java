package io.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class JsonLinesTest {

  private final Logger logger = new LoggerContext().getLogger("io.tidemark.worker.flow.Lane");

  @Test
  void shouldBeOneObjectALineWithWhatItIsAbout() throws Exception {
    LoggingEvent event =
        new LoggingEvent(
            "fqcn", logger, Level.WARN, "says \"{}\"\nand goes on", null, new Object[] {"no"});
    event.setInstant(Instant.ofEpochMilli(1_767_225_600_123L));
    event.setThreadName("lane-w-1");
    event.setMDCPropertyMap(
        Map.of("worker", "w", "backfill", "b-1", "partition", "b-1/000000", "fence", "7"));

    String text = new String(new JsonLines().encode(event), StandardCharsets.UTF_8);

    assertThat(text.lines()).hasSize(1);
    assertThat(text).endsWith("}\n");
    JsonNode line = new ObjectMapper().readTree(text);
    assertThat(line.path("timestamp").asText()).isEqualTo("2026-01-01T00:00:00.123Z");
    assertThat(line.path("level").asText()).isEqualTo("WARN");
    assertThat(line.path("logger").asText()).isEqualTo("io.tidemark.worker.flow.Lane");
    assertThat(line.path("thread").asText()).isEqualTo("lane-w-1");
    assertThat(line.path("message").asText()).isEqualTo("says \"no\"\nand goes on");
    assertThat(line.path("worker").asText()).isEqualTo("w");
    assertThat(line.path("backfill").asText()).isEqualTo("b-1");
    assertThat(line.path("partition").asText()).isEqualTo("b-1/000000");
    assertThat(line.path("fence").asText()).isEqualTo("7");
    assertThat(line.has("stack_trace")).isFalse();
  }

  @Test
  void shouldHaveTheStackTraceAsOneText() throws Exception {
    LoggingEvent event =
        new LoggingEvent(
            "fqcn",
            logger,
            Level.ERROR,
            "it broke",
            new IllegalStateException("outer", new IllegalArgumentException("inner")),
            null);
    event.setMDCPropertyMap(Map.of());

    String text = new String(new JsonLines().encode(event), StandardCharsets.UTF_8);

    assertThat(text.lines()).hasSize(1);
    assertThat(new ObjectMapper().readTree(text).path("stack_trace").asText())
        .contains("IllegalStateException: outer", "Caused by", "inner", "JsonLinesTest");
  }
}
