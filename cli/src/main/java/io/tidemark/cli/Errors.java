package io.tidemark.cli;

import io.tidemark.core.retry.TaskException;
import io.tidemark.kafka.admin.TopicException;
import io.tidemark.kafka.client.ClientConfigException;
import io.tidemark.kafka.client.KafkaUnreachableException;
import io.tidemark.kafka.embedded.BrokerStartException;
import io.tidemark.kafka.read.ReadTimeoutException;
import io.tidemark.schemas.avro.FailureKind;
import io.tidemark.schemas.spec.SpecException;
import java.util.EnumSet;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.slf4j.LoggerFactory;

/** Turns what went wrong into one message and an exit code. */
final class Errors {

  private Errors() {}

  /** Tells it where the log goes, and so in the log's format. */
  static int report(Exception e, boolean debug, Logging.Format format) {
    if (format == Logging.Format.JSON) {
      LoggerFactory.getLogger(Errors.class).error(message(e), debug ? e : null);
      return exitCode(e);
    }
    System.err.println("tidemark: " + message(e));
    if (debug) {
      e.printStackTrace(System.err);
    }
    return exitCode(e);
  }

  private static String message(Exception e) {
    if (exitCode(e) == ExitCode.INTERNAL) {
      return "an error in Tidemark itself: "
          + e
          + "; please report it, with the output of the same command and --debug";
    }
    return e.getMessage();
  }

  static int exitCode(Exception e) {
    return switch (e) {
      case CliException c -> c.exitCode();
      case SpecException s -> ExitCode.USAGE;
      case ClientConfigException c -> ExitCode.USAGE;
      case ConfigException c -> ExitCode.USAGE;
      case TaskException t ->
          EnumSet.of(FailureKind.TRANSIENT, FailureKind.OVERLOAD, FailureKind.UNAVAILABLE)
                  .contains(t.kind())
              ? ExitCode.UNREACHABLE
              : ExitCode.USAGE;
      case KafkaUnreachableException k -> ExitCode.UNREACHABLE;
      case TopicException t -> ExitCode.UNREACHABLE;
      case ReadTimeoutException r -> ExitCode.UNREACHABLE;
      case BrokerStartException b -> ExitCode.UNREACHABLE;
      case KafkaException k -> ExitCode.UNREACHABLE;
      case InterruptedException i -> ExitCode.INTERRUPTED;
      default -> ExitCode.INTERNAL;
    };
  }
}
