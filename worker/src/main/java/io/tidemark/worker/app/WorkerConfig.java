package io.tidemark.worker.app;

import io.tidemark.schemas.topic.Topics;
import java.lang.management.ManagementFactory;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigException;

/** Settings of a worker, beside those of its Kafka clients, which stand in the same map. */
public final class WorkerConfig extends AbstractConfig {

  /** Name of this worker: its static membership, its transactional id, what people see. */
  public static final String WORKER_ID = "worker.id";

  /** First part of every topic's name. */
  public static final String NAMESPACE = "namespace";

  /** The domain whose work it does. */
  public static final String DOMAIN = "domain";

  /** Partitions that it runs at the same time. */
  public static final String LANES = "lanes";

  /** Longest time that progress stays unreported. */
  public static final String CHECKPOINT_INTERVAL_MS = "checkpoint.interval.ms";

  /** How long a lane may take to its chunk's end when its queue goes, or the worker ends. */
  public static final String DRAIN_TIMEOUT_MS = "drain.timeout.ms";

  /** Descriptors of one queue that wait in memory. */
  public static final String LOOKAHEAD = "lookahead";

  /** Queues of the domain, if this worker is the first to need its topics. */
  public static final String QUEUES = "queues";

  /** Port of metrics and health. */
  public static final String METRICS_PORT = "metrics.port";

  /** Address of metrics and health. */
  public static final String METRICS_HOST = "metrics.host";

  /** All settings, with defaults and units. */
  public static final ConfigDef DEFINITION =
      new ConfigDef()
          .define(
              WORKER_ID,
              Type.STRING,
              "",
              Importance.HIGH,
              "Name of this worker, unique in its namespace; kept over restarts, the worker gets"
                  + " its queues back at once. Empty: host name, process id and a random part.")
          .define(
              NAMESPACE,
              Type.STRING,
              Topics.DEFAULT_NAMESPACE,
              Importance.MEDIUM,
              "First part of every topic's name.")
          .define(
              DOMAIN,
              Type.STRING,
              Topics.DEFAULT_DOMAIN,
              Importance.MEDIUM,
              "The data domain whose work topic is consumed.")
          .define(
              LANES,
              Type.INT,
              2,
              Range.between(1, 1024),
              Importance.HIGH,
              "Partitions that run at the same time, a count.")
          .define(
              CHECKPOINT_INTERVAL_MS,
              Type.LONG,
              1000L,
              Range.between(10, 600_000),
              Importance.MEDIUM,
              "Longest time that progress stays unreported, milliseconds. The end of a partition is"
                  + " reported at once.")
          .define(
              DRAIN_TIMEOUT_MS,
              Type.LONG,
              30_000L,
              Range.between(0, 240_000),
              Importance.MEDIUM,
              "How long a lane may take to the end of its chunk when its queue moves or the worker"
                  + " ends, milliseconds; then the chunk is rolled back.")
          .define(
              QUEUES,
              Type.INT,
              Topics.DEFAULT_QUEUES,
              Range.between(1, 10_000),
              Importance.LOW,
              "Kafka partitions of the domain's topics, if they are made now; else they stay as"
                  + " they are.")
          .define(
              LOOKAHEAD,
              Type.INT,
              500,
              Range.between(1, 100_000),
              Importance.LOW,
              "Descriptors of one queue that wait in memory before reading it is paused, a count.")
          .define(
              METRICS_PORT,
              Type.INT,
              -1,
              Range.between(-1, 65_535),
              Importance.MEDIUM,
              "Port of /metrics, /health/live and /health/ready; 0: any free one, which the log"
                  + " tells; -1: they are not served.")
          .define(
              METRICS_HOST,
              Type.STRING,
              "127.0.0.1",
              Importance.LOW,
              "Address that metrics and health are served on. They need no login and tell nothing"
                  + " of anybody's rows; 0.0.0.0 opens them to the network.");

  private WorkerConfig(Map<String, ?> settings) {
    super(DEFINITION, settings, false);
  }

  /**
   * Reads the settings.
   *
   * @throws ConfigException if one is unknown or out of bounds
   */
  public static WorkerConfig of(Map<String, String> settings) {
    for (String name : settings.keySet()) {
      if (!DEFINITION.names().contains(name)) {
        throw new ConfigException(
            "unknown setting '" + name + "'; a worker has " + new TreeSet<>(DEFINITION.names()));
      }
    }
    Map<String, String> all = new HashMap<>(settings);
    if (all.getOrDefault(WORKER_ID, "").isBlank()) {
      String host = ManagementFactory.getRuntimeMXBean().getName().replace('@', '-');
      all.put(WORKER_ID, host + "-" + UUID.randomUUID().toString().substring(0, 8));
    }
    return new WorkerConfig(all);
  }

  String workerId() {
    return getString(WORKER_ID);
  }

  String domain() {
    return getString(DOMAIN);
  }

  Topics topics() {
    return new Topics(getString(NAMESPACE));
  }

  int lanes() {
    return getInt(LANES);
  }
}
