package io.tidemark.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.ParseResult;

/**
 * How much is logged, and how: processes tell what they do, short commands only what goes wrong.
 */
final class Logging {

  private static final Set<String> PROCESSES = Set.of("broker", "worker", "reconciler");

  /** What a line looks like. */
  enum Format {
    TEXT,
    JSON
  }

  private Logging() {}

  static void configure(ParseResult parsed, boolean debug, Format format) {
    if (!parsed.hasSubcommand()) {
      return;
    }
    LoggerContext loggers = (LoggerContext) LoggerFactory.getILoggerFactory();
    if (format == Format.JSON) {
      writeJson(loggers);
    }
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

  private static void writeJson(LoggerContext loggers) {
    Iterator<Appender<ILoggingEvent>> appenders =
        loggers.getLogger(Logger.ROOT_LOGGER_NAME).iteratorForAppenders();
    while (appenders.hasNext()) {
      if (appenders.next() instanceof ConsoleAppender<ILoggingEvent> console) {
        console.stop();
        JsonLines lines = new JsonLines();
        lines.setContext(loggers);
        lines.start();
        console.setEncoder(lines);
        console.start();
      }
    }
  }
}
