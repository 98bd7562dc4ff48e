package io.tidemark.cli.doctor;

import io.tidemark.kafka.client.ClientConfig;
import io.tidemark.kafka.client.KafkaUnreachableException;
import io.tidemark.kafka.client.Reachable;
import io.tidemark.schemas.topic.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.admin.DescribeClusterResult;
import org.apache.kafka.clients.admin.FinalizedVersionRange;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.TransactionalIdAuthorizationException;

/** The cluster itself: whether it answers, what it is, whether it takes transactions. */
final class KafkaChecks {

  private static final Duration REACH = Duration.ofSeconds(10);
  private static final int TRANSACTION_MS = 15_000;
  private static final int SAFE_BROKERS = 3;

  private final ClientConfig kafka;
  private final Topics topics;

  KafkaChecks(ClientConfig kafka, Topics topics) {
    this.kafka = kafka;
    this.topics = topics;
  }

  /** Whether it answers: without that nothing else can be asked. */
  Finding reach() throws InterruptedException {
    try {
      Reachable.check(kafka.admin(), REACH);
      return Finding.ok("Kafka", "answers at " + kafka.bootstrapServers());
    } catch (KafkaUnreachableException e) {
      String remedy =
          e.getCause() instanceof AuthenticationException
              ? "check user, password and security.protocol in --command-config"
              : "check --bootstrap-server, the network, and that a broker runs there";
      return Finding.unreachable("Kafka", e.getMessage(), remedy);
    }
  }

  /** Brokers, their features, and whether this user may make topics. */
  List<Finding> cluster(Admin admin) throws InterruptedException {
    List<Finding> found = new ArrayList<>();
    try {
      DescribeClusterResult cluster =
          admin.describeCluster(new DescribeClusterOptions().includeAuthorizedOperations(true));
      Collection<Node> nodes = Answers.of(cluster.nodes());
      String brokers = nodes.size() + (nodes.size() == 1 ? " broker" : " brokers");
      found.add(
          nodes.size() >= SAFE_BROKERS
              ? Finding.ok("brokers", brokers)
              : Finding.warning(
                  "brokers",
                  brokers
                      + ": what Tidemark knows is kept once only, or cannot be written while"
                      + " one is away",
                  "run three or more where losing it would hurt"));
      found.add(mayCreate(Answers.of(cluster.authorizedOperations())));
    } catch (ExecutionException e) {
      found.add(Answers.failure("brokers", e));
    }
    try {
      found.add(
          features(Answers.of(admin.describeFeatures().featureMetadata()).finalizedFeatures()));
    } catch (ExecutionException e) {
      found.add(Answers.failure("version", e));
    }
    return found;
  }

  private static Finding mayCreate(Set<AclOperation> allowed) {
    // Null where brokers have no authorizer and are too old to say so.
    return allowed == null
            || allowed.contains(AclOperation.CREATE)
            || allowed.contains(AclOperation.ALL)
        ? Finding.ok("right to make topics", "given")
        : Finding.warning(
            "right to make topics",
            "this user may not create topics on the cluster",
            "give it CREATE on topics with the namespace's prefix, or make the topics for it");
  }

  private static Finding features(Map<String, FinalizedVersionRange> features) {
    FinalizedVersionRange metadata = features.get("metadata.version");
    if (metadata == null) {
      return Finding.failed(
          "version",
          "the cluster tells no metadata.version: it does not run on KRaft",
          "Tidemark is tested on Kafka 4: upgrade the cluster");
    }
    FinalizedVersionRange transactions = features.get("transaction.version");
    return Finding.ok(
        "version",
        "metadata.version %d, transaction.version %d"
            .formatted(
                metadata.maxVersionLevel(),
                transactions == null ? 0 : transactions.maxVersionLevel()));
  }

  /**
   * Whether transactions can be begun: by beginning to, under an id as a worker has it. No record
   * is written.
   */
  Finding transactions(String domain) {
    Map<String, Object> settings = new HashMap<>(kafka.producer());
    String id = topics.transactionalId(domain, "doctor");
    settings.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, id);
    settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, TRANSACTION_MS);
    try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(settings)) {
      producer.initTransactions();
      return Finding.ok("transactions", "can be begun as " + id);
    } catch (org.apache.kafka.common.errors.TimeoutException e) {
      return Finding.failed(
          "transactions",
          "none can be begun: " + e.getMessage(),
          "compare transaction.state.log.replication.factor and .min.isr with the number of brokers,"
              + " and look whether __transaction_state has leaders");
    } catch (TransactionalIdAuthorizationException e) {
      return Rights.lacking(
          Set.of(AclOperation.DESCRIBE, AclOperation.WRITE), "transactional-id", id);
    } catch (KafkaException e) {
      return Answers.failure("transactions", e);
    }
  }
}
