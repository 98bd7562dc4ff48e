package io.tidemark.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import java.util.List;
import java.util.Set;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.ParseResult;

/** How much is logged: processes tell what they do, short commands only what goes wrong. */
final class Logging {

  private static final Set<String> PROCESSES = Set.of("broker", "worker", "reconciler");

  private Logging() {}

  static void configure(ParseResult parsed, boolean debug) {
    if (!parsed.hasSubcommand()) {
      return;
    }
    LoggerContext loggers = (LoggerContext) LoggerFactory.getILoggerFactory();
    boolean process = PROCESSES.contains(parsed.subcommand().commandSpec().name());
    loggers
        .getLogger("io.tidemark")
        .setLevel(debug ? Level.DEBUG : process ? Level.INFO : Level.WARN);
    // Kafka's clients warn about every reconnect and print their settings; the broker shouts.
    for (String noisy :
        List.of("org.apache.kafka", "kafka", "state.change.logger", "org.apache.kafka.clients")) {
      loggers.getLogger(noisy).setLevel(debug ? Level.INFO : Level.ERROR);
    }
    for (String silent :
        List.of(
            "org.apache.kafka.common.config.provider",
            "org.apache.kafka.controller",
            "kafka.server.ControllerApis",
            "org.apache.kafka.streams.processor.internals.TaskManager")) {
      loggers.getLogger(silent).setLevel(debug ? Level.INFO : Level.OFF);
    }
  }
}
