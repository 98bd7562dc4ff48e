package io.tidemark.schemas.topic;

import io.tidemark.schemas.avro.Alert;
import io.tidemark.schemas.avro.Checkpoint;
import io.tidemark.schemas.avro.Command;
import io.tidemark.schemas.avro.DeadLetter;
import io.tidemark.schemas.avro.Decision;
import io.tidemark.schemas.avro.Descriptor;
import io.tidemark.schemas.avro.Directive;
import io.tidemark.schemas.avro.LedgerEntry;
import io.tidemark.schemas.avro.Plan;
import io.tidemark.schemas.avro.Progress;
import io.tidemark.schemas.avro.WorkerHeartbeat;
import java.time.Duration;
import java.util.Map;
import org.apache.avro.Schema;

/**
 * The topics, as the design's topic table has them and ADR 15 adds to it: what travels under which
 * key, how long it is kept, and who alone may write it. Names are made by {@link Topics}.
 */
@SuppressWarnings(
    "ImmutableEnumChecker") // Schema and Map.of never change, but their types do not say so.
public enum Topic {
  PLANS("plans", Spread.ONE, "backfill id", Plan.getClassSchema(), Keep.NEWEST, "planner"),
  WORK(
      "work",
      Spread.QUEUES,
      "partition id",
      Descriptor.getClassSchema(),
      Keep.FOREVER,
      "planner; the owning worker (split children)"),
  CHECKPOINTS(
      "checkpoints",
      Spread.QUEUES,
      "partition id",
      Checkpoint.getClassSchema(),
      Keep.NEWEST,
      "the owning worker"),
  LEDGER(
      "ledger",
      Spread.QUEUES,
      "partition id",
      LedgerEntry.getClassSchema(),
      Keep.NEWEST,
      "reconciler"),
  PROGRESS(
      "progress", Spread.ONE, "backfill id", Progress.getClassSchema(), Keep.NEWEST, "reconciler"),
  COMMANDS(
      "commands", Spread.ONE, "backfill id", Command.getClassSchema(), Keep.A_MONTH, "CLI / API"),
  DECISIONS(
      "decisions",
      Spread.ONE,
      "backfill id",
      Decision.getClassSchema(),
      Keep.A_MONTH,
      "reconciler"),
  DIRECTIVES(
      "directives",
      Spread.ONE,
      "backfill id or worker id",
      Directive.getClassSchema(),
      Keep.NEWEST,
      "reconciler"),
  WORKERS(
      "workers",
      Spread.ONE,
      "worker id",
      WorkerHeartbeat.getClassSchema(),
      Keep.NEWEST_FOR_A_DAY,
      "that worker"),
  DEAD_LETTERS(
      "dead-letters",
      Spread.QUEUES,
      "partition id",
      DeadLetter.getClassSchema(),
      Keep.FOREVER,
      "the owning worker"),
  ALERTS("alerts", Spread.ONE, "backfill id", Alert.getClassSchema(), Keep.A_MONTH, "reconciler");

  /** How many Kafka partitions: one, or one per queue of a domain, each domain its own topic. */
  private enum Spread {
    ONE,
    QUEUES
  }

  /** What Kafka may drop. Every limit is explicit: a broker's defaults would drop work. */
  private enum Keep {
    NEWEST(Map.of("cleanup.policy", "compact")),
    NEWEST_FOR_A_DAY(Map.of("cleanup.policy", "compact,delete", "retention.ms", days(1))),
    A_MONTH(Map.of("cleanup.policy", "delete", "retention.ms", days(30), "retention.bytes", "-1")),
    FOREVER(Map.of("cleanup.policy", "delete", "retention.ms", "-1", "retention.bytes", "-1"));

    private final Map<String, String> configs;

    Keep(Map<String, String> configs) {
      this.configs = configs;
    }

    private static String days(int days) {
      return Long.toString(Duration.ofDays(days).toMillis());
    }
  }

  private final String what;
  private final Spread spread;
  private final String key;
  private final Schema value;
  private final Keep keep;
  private final String writer;

  Topic(String what, Spread spread, String key, Schema value, Keep keep, String writer) {
    this.what = what;
    this.spread = spread;
    this.key = key;
    this.value = value;
    this.keep = keep;
    this.writer = writer;
  }

  /** The middle of its name, such as {@code dead-letters}. */
  public String what() {
    return what;
  }

  /** Whether each domain has its own, with a Kafka partition per queue. */
  public boolean perDomain() {
    return spread == Spread.QUEUES;
  }

  /** What a record's key (UTF-8 text) is, in words. */
  public String key() {
    return key;
  }

  /** Avro schema of a record's value. */
  public Schema value() {
    return value;
  }

  /** Kafka topic settings that it is created with. */
  public Map<String, String> configs() {
    return keep.configs;
  }

  /** The only one that may write it, in words. */
  public String writer() {
    return writer;
  }
}
