package io.tidemark.reconciler.app;

import io.tidemark.core.coordinator.CoordinatorSettings;
import io.tidemark.core.plan.SourceKey;
import io.tidemark.kafka.client.ClientConfig;
import io.tidemark.kafka.client.ClientConfigException;
import io.tidemark.schemas.topic.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigException;

/**
 * Settings of a reconciler.
 *
 * @param clients how to reach Kafka
 * @param topics names of the topics
 * @param domains domains to serve; add new ones at the end
 * @param queues Kafka partitions of a new domain's topics
 * @param stateDir folder of local state; what is missing there is restored from Kafka
 * @param http where and to whom the API answers
 * @param coordinator what the coordinator is told
 * @param standbyReplicas further instances that keep a warm copy of each task's state
 * @param streamThreads threads that process events
 * @param workerSilence a worker silent for that much longer than others is evicted
 */
public record ReconcilerConfig(
    ClientConfig clients,
    Topics topics,
    List<String> domains,
    int queues,
    Path stateDir,
    HttpSettings http,
    CoordinatorSettings coordinator,
    int standbyReplicas,
    int streamThreads,
    Duration workerSilence) {

  private static final String NAMESPACE = "namespace";
  private static final String DOMAINS = "domains";
  private static final String QUEUES = "queues";
  private static final String STATE_DIR = "state.dir";
  private static final String MAX_RUNNING = "max.running.backfills";
  private static final String SOURCES = "source.rows.per.second";
  private static final String PAUSED_ALERT = "paused.alert.ms";
  private static final String STANDBYS = "num.standby.replicas";
  private static final String THREADS = "num.stream.threads";
  private static final String WORKER_SILENCE = "worker.silence.ms";

  private static final Pattern SOURCE = Pattern.compile("(.+)=([1-9][0-9]{0,11})");

  public ReconcilerConfig {
    domains = List.copyOf(domains);
  }

  /** The settings, with their defaults, bounds and meanings. */
  public static ConfigDef definition() {
    return HttpSettings.define(new ConfigDef())
        .define(
            NAMESPACE,
            ConfigDef.Type.STRING,
            Topics.DEFAULT_NAMESPACE,
            Importance.MEDIUM,
            "Prefix of all topic names.")
        .define(
            DOMAINS,
            ConfigDef.Type.LIST,
            Topics.DEFAULT_DOMAIN,
            Importance.HIGH,
            "Data domains to serve. Add new ones at the end: others then keep their local state.")
        .define(
            QUEUES,
            ConfigDef.Type.INT,
            Topics.DEFAULT_QUEUES,
            Range.atLeast(1),
            Importance.MEDIUM,
            "Kafka partitions of the topics of a domain that is new; others keep theirs.")
        .define(
            STATE_DIR,
            ConfigDef.Type.STRING,
            Importance.HIGH,
            "Folder of local state. What is missing there is restored from Kafka.")
        .define(
            MAX_RUNNING,
            ConfigDef.Type.INT,
            4,
            Range.atLeast(1),
            Importance.HIGH,
            "Backfills that run at the same time; others wait, oldest first.")
        .define(
            SOURCES,
            ConfigDef.Type.LIST,
            "",
            Importance.MEDIUM,
            "What all backfills of a source may move together, such as"
                + " postgresql://db1:5432/shop=50000: the source's key, that `tidemark plan --dry-run`"
                + " and `tidemark status ID` show, or its JDBC URL without a comma, and rows per second.")
        .define(
            PAUSED_ALERT,
            ConfigDef.Type.LONG,
            CoordinatorSettings.PAUSED_ALERT_MS,
            Range.atLeast(1_000),
            Importance.LOW,
            "A pause older than so many milliseconds raises an alert.")
        .define(
            STANDBYS,
            ConfigDef.Type.INT,
            0,
            Range.atLeast(0),
            Importance.MEDIUM,
            "Warm copies of the state on further instances: 1 is right for two or more instances.")
        .define(
            THREADS,
            ConfigDef.Type.INT,
            1,
            Range.atLeast(1),
            Importance.LOW,
            "Threads that process events.")
        .define(
            WORKER_SILENCE,
            ConfigDef.Type.LONG,
            3_000L,
            Range.atLeast(1_000),
            Importance.LOW,
            "A worker whose heartbeats, two a second, stay out for so many milliseconds while those"
                + " of others come is evicted from its group; others go on with its queues.");
  }

  /**
   * Reads the settings; whatever is none of the reconciler's own is a Kafka client property.
   *
   * @throws ConfigException if a setting is missing, out of bounds, or not allowed
   * @throws ClientConfigException if the Kafka client properties cannot be used
   */
  public static ReconcilerConfig of(Map<String, String> properties) throws ClientConfigException {
    Set<String> own = definition().names();
    Map<String, String> kafka = new HashMap<>(properties);
    kafka.keySet().removeAll(own);
    ClientNames.check(kafka.keySet(), own);
    Map<String, String> settings = new HashMap<>(properties);
    settings.keySet().retainAll(own);
    return of(
        settings,
        ClientConfig.of(
            kafka.getOrDefault(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, ""), kafka));
  }

  /**
   * Reads the reconciler's own settings.
   *
   * @param clients how to reach Kafka
   * @throws ConfigException if a setting is unknown, missing, out of bounds, or not allowed
   */
  public static ReconcilerConfig of(Map<String, String> settings, ClientConfig clients) {
    ConfigDef definition = definition();
    for (String name : settings.keySet()) {
      if (!definition.names().contains(name)) {
        throw new ConfigException(
            "unknown setting '" + name + "'; a reconciler has " + definition.names());
      }
    }
    AbstractConfig c = new AbstractConfig(definition, settings, false);
    List<String> domains = c.getList(DOMAINS);
    Topics topics = topics(c.getString(NAMESPACE), domains);
    return new ReconcilerConfig(
        clients,
        topics,
        domains,
        c.getInt(QUEUES),
        Path.of(c.getString(STATE_DIR)),
        HttpSettings.of(c),
        new CoordinatorSettings(
            c.getInt(MAX_RUNNING), sources(c.getList(SOURCES)), c.getLong(PAUSED_ALERT)),
        c.getInt(STANDBYS),
        c.getInt(THREADS),
        Duration.ofMillis(c.getLong(WORKER_SILENCE)));
  }

  private static Map<String, Double> sources(List<String> given) {
    Map<String, Double> limits = new HashMap<>();
    for (String source : given) {
      Matcher m = SOURCE.matcher(source.strip());
      if (!m.matches()) {
        throw new ConfigException(
            SOURCES,
            source,
            "write a source and rows per second: postgresql://db1:5432/shop=50000");
      }
      String key = SourceKey.normal(m.group(1));
      if (limits.put(key, Double.valueOf(m.group(2))) != null) {
        throw new ConfigException(SOURCES, source, "name each source once; two are " + key);
      }
    }
    return limits;
  }

  private static Topics topics(String namespace, List<String> domains) {
    if (domains.isEmpty() || domains.stream().distinct().count() < domains.size()) {
      throw new ConfigException(DOMAINS, domains, "name at least one domain, and each once");
    }
    try {
      Topics topics = new Topics(namespace);
      domains.forEach(topics::work);
      return topics;
    } catch (IllegalArgumentException e) {
      throw new ConfigException(e.getMessage());
    }
  }
}
