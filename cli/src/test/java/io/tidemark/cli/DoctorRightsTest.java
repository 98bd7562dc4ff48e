package io.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tidemark.kafka.admin.TidemarkTopics;
import io.tidemark.kafka.client.ClientConfig;
import io.tidemark.kafka.embedded.EmbeddedBroker;
import io.tidemark.schemas.avro.Progress;
import io.tidemark.schemas.serde.AvroSerde;
import io.tidemark.schemas.topic.Topics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** {@code doctor} on a real broker that asks for logins and holds users to their rights. */
@Isolated("it reads what this process writes")
final class DoctorRightsTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String MODULE =
      "org.apache.kafka.common.security.plain.PlainLoginModule required ";
  private static final Topics TOPICS = new Topics("held");

  @TempDir static Path dir;
  private static EmbeddedBroker broker;

  @BeforeAll
  static void start() throws Exception {
    StringBuilder users =
        new StringBuilder(MODULE + "username=\"admin\" password=\"admin-secret\"");
    for (String user : List.of("admin", "all", "none", "watcher", "halfway", "blind")) {
      users.append(" user_%1$s=\"%1$s-secret\"".formatted(user));
    }
    broker =
        EmbeddedBroker.start(
            dir.resolve("broker"),
            0,
            Map.of(
                "listener.security.protocol.map",
                "CLIENTS:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT",
                "sasl.enabled.mechanisms",
                "PLAIN",
                "sasl.mechanism.inter.broker.protocol",
                "PLAIN",
                "listener.name.clients.plain.sasl.jaas.config",
                users.append(";").toString(),
                "authorizer.class.name",
                "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                // Without a name comes only the broker, to the controller's own listener.
                "super.users",
                "User:admin;User:ANONYMOUS"));
    ClientConfig admin = ClientConfig.of(broker.bootstrapServers(), login("admin", "admin-secret"));
    TidemarkTopics.ensure(admin, TOPICS, Set.of(Topics.DEFAULT_DOMAIN), 1);
    List<AclBinding> rules = new ArrayList<>();
    allow(
        rules,
        "all",
        ResourceType.TOPIC,
        AclOperation.DESCRIBE,
        AclOperation.DESCRIBE_CONFIGS,
        AclOperation.READ,
        AclOperation.WRITE,
        AclOperation.CREATE);
    allow(rules, "all", ResourceType.GROUP, AclOperation.READ);
    allow(rules, "all", ResourceType.TRANSACTIONAL_ID, AclOperation.DESCRIBE, AclOperation.WRITE);
    allow(rules, "watcher", ResourceType.TOPIC, AclOperation.DESCRIBE);
    allow(rules, "watcher", ResourceType.GROUP, AclOperation.DESCRIBE);
    allow(
        rules,
        "halfway",
        ResourceType.TOPIC,
        AclOperation.DESCRIBE_CONFIGS,
        AclOperation.READ,
        AclOperation.WRITE);
    rules.add(
        new AclBinding(
            new ResourcePattern(ResourceType.TOPIC, TOPICS.commands(), PatternType.LITERAL),
            new AccessControlEntry(
                "User:halfway", "*", AclOperation.WRITE, AclPermissionType.DENY)));
    allow(rules, "halfway", ResourceType.GROUP, AclOperation.READ);
    allow(
        rules, "halfway", ResourceType.TRANSACTIONAL_ID, AclOperation.DESCRIBE, AclOperation.WRITE);
    allow(
        rules,
        "blind",
        ResourceType.TOPIC,
        AclOperation.DESCRIBE_CONFIGS,
        AclOperation.READ,
        AclOperation.WRITE);
    rules.add(
        new AclBinding(
            new ResourcePattern(ResourceType.TOPIC, TOPICS.progress(), PatternType.LITERAL),
            new AccessControlEntry("User:blind", "*", AclOperation.READ, AclPermissionType.DENY)));
    try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(admin.producer())) {
      byte[] key = Reports.BACKFILL.getBytes(StandardCharsets.UTF_8);
      byte[] running = AvroSerde.of(Progress.class).serialize(TOPICS.progress(), Reports.half());
      producer.send(new ProducerRecord<>(TOPICS.progress(), key, running)).get();
    }
    try (Admin client = Admin.create(admin.admin())) {
      client.createAcls(rules).all().get();
      // A group that is there: of others Kafka does not tell what may be done.
      client
          .alterConsumerGroupOffsets(
              TOPICS.namespace() + "-reconciler",
              Map.of(new TopicPartition(TOPICS.plans(), 0), new OffsetAndMetadata(0)))
          .all()
          .get();
      await()
          .atMost(PATIENCE)
          .until(
              () ->
                  client.describeAcls(AclBindingFilter.ANY).values().get().size() >= rules.size());
    }
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  /** On everything with the namespace as its prefix, as docs/operations.md says. */
  private static void allow(
      List<AclBinding> rules, String user, ResourceType type, AclOperation... operations) {
    for (AclOperation operation : operations) {
      rules.add(
          new AclBinding(
              new ResourcePattern(type, TOPICS.namespace(), PatternType.PREFIXED),
              new AccessControlEntry("User:" + user, "*", operation, AclPermissionType.ALLOW)));
    }
  }

  private static Map<String, String> login(String user, String password) {
    return Map.of(
        "security.protocol",
        "SASL_PLAINTEXT",
        "sasl.mechanism",
        "PLAIN",
        "sasl.jaas.config",
        MODULE + "username=\"%s\" password=\"%s\";".formatted(user, password));
  }

  private static Cli doctor(String user, String password) throws IOException {
    StringBuilder settings = new StringBuilder();
    login(user, password).forEach((k, v) -> settings.append(k).append('=').append(v).append('\n'));
    return Cli.run(
        "doctor",
        "--bootstrap-server",
        broker.bootstrapServers(),
        "--namespace",
        TOPICS.namespace(),
        "--command-config",
        Files.writeString(dir.resolve(user + ".properties"), settings).toString());
  }

  private static Stream<String> everyTopic() {
    return TOPICS.definitions(Set.of(Topics.DEFAULT_DOMAIN), 1).stream().map(t -> t.name());
  }

  @Test
  void shouldFindNothingMissingWhenAUserHasTheRightsThatAreDocumented() throws Exception {
    Cli cli = doctor("all", "all-secret");

    assertThat(cli.out())
        .doesNotContain("rights: ", "lacks", "not authorized", "Not authorized")
        .contains("✓ transactions: can be begun", "✓ topics: 11 as they must be")
        .contains("✗ reconciler: none runs");
  }

  @Test
  void shouldNameEachTopicGroupAndTransactionalIdWithTheRuleToAddWhenAUserHasNone()
      throws Exception {
    Cli cli = doctor("none", "none-secret");

    assertThat(cli.exitCode()).isEqualTo(ExitCode.USAGE);
    everyTopic()
        .forEach(
            topic ->
                assertThat(cli.out())
                    .contains(
                        "✗ rights: this user lacks READ, WRITE, DESCRIBE, DESCRIBE_CONFIGS on topic "
                            + topic
                            + System.lineSeparator(),
                        "→ kafka-acls.sh --add --allow-principal User:NAME --operation Read"
                            + " --operation Write --operation Describe --operation DescribeConfigs"
                            + " --topic "
                            + topic
                            + ";"));
    assertThat(cli.out())
        .contains(
            "✗ rights: this user lacks WRITE, DESCRIBE on transactional id held-default-doctor",
            "--operation Write --operation Describe --transactional-id held-default-doctor;",
            "✗ rights: this user lacks READ on group held-reconciler",
            "--operation Read --group held-reconciler;",
            "! right to make topics: this user may not create topics")
        .doesNotContain("none of held is there yet", "none runs", "secret");
  }

  @Test
  void shouldNameOnlyWhatIsMissingWhenAUserMayLook() throws Exception {
    Cli cli = doctor("watcher", "watcher-secret");

    assertThat(cli.exitCode()).isEqualTo(ExitCode.USAGE);
    everyTopic()
        .forEach(
            topic ->
                assertThat(cli.out())
                    .contains("this user lacks READ, WRITE, DESCRIBE_CONFIGS on topic " + topic));
    assertThat(cli.out())
        .contains(
            "this user lacks READ on group held-reconciler",
            "! workers: cannot be heard: this user may not read topic held.workers");
  }

  @Test
  void shouldNameTheOneTopicWhenOnlyThatIsClosed() throws Exception {
    Cli cli = doctor("halfway", "halfway-secret");

    assertThat(cli.out().lines().filter(l -> l.contains("lacks")))
        .containsExactly("✗ rights: this user lacks WRITE on topic " + TOPICS.commands());
    assertThat(cli.out())
        .as("what it lacks is nothing that is looked at here")
        .contains("✗ workers of default: none was heard for 3 s, and not done is orders-copy-");
  }

  @Test
  void shouldOnlyWarnOfWorkersThatAreAwayWhenAUserMayNotReadWhetherAnyAreNeeded() throws Exception {
    Cli cli = doctor("blind", "blind-secret");

    assertThat(cli.out())
        .contains(
            "✗ rights: this user lacks READ on topic " + TOPICS.progress(),
            "! workers of default: none was heard for 3 s" + System.lineSeparator());
  }

  @Test
  void shouldSayThatTheLoginIsRefusedWhenThePasswordIsWrong() throws Exception {
    Cli cli = doctor("all", "guessed");

    assertThat(cli.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
    assertThat(cli.out())
        .contains("✗ Kafka: ", "→ check user, password and security.protocol in --command-config")
        .doesNotContain("guessed");
  }
}
