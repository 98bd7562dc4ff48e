package io.tidemark.cli.doctor;

import io.tidemark.cli.ProgressFeed;
import io.tidemark.kafka.client.ClientConfig;
import io.tidemark.kafka.read.ReadTimeoutException;
import io.tidemark.schemas.avro.BackfillState;
import io.tidemark.schemas.avro.Progress;
import io.tidemark.schemas.spec.Spec;
import io.tidemark.schemas.topic.Topics;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;

/** Looks at everything that must be so that backfills run, one thing after the other. */
public final class Doctor {

  private static final int JDK = 21;

  private final Consumer<Finding> out;

  /**
   * @param out hears of each finding as it is made
   */
  public Doctor(Consumer<Finding> out) {
    this.out = out;
  }

  /** Looks at this process. */
  public void java() {
    int version = Runtime.version().feature();
    String what =
        "%s of %s, up to %d MiB of memory"
            .formatted(
                Runtime.version(),
                System.getProperty("java.vendor"),
                Runtime.getRuntime().maxMemory() >> 20);
    out.accept(
        version >= JDK
            ? Finding.ok("Java", what)
            : Finding.failed("Java", what, "point JAVA_HOME at a JDK of 21 or newer"));
  }

  /** Tells of Kafka client settings that cannot be used. */
  public void unusable(String problem) {
    out.accept(Finding.failed("Kafka settings", problem, "mend --command-config"));
  }

  /** Looks at Kafka, the schema registry, the topics, and who works on them; touches nothing. */
  public void kafka(ClientConfig kafka, Topics topics) throws InterruptedException {
    KafkaChecks checks = new KafkaChecks(kafka, topics);
    Finding reached = checks.reach();
    out.accept(reached);
    RegistryChecks registry = new RegistryChecks(kafka.serdes(), topics);
    if (reached.level() != Finding.Level.OK) {
      registry.look(Set.of(Topics.DEFAULT_DOMAIN)).forEach(out);
      return;
    }
    try (Admin admin = Admin.create(kafka.admin())) {
      checks.cluster(admin).forEach(out);
      Set<String> domains;
      try {
        domains = domains(admin, topics);
      } catch (ExecutionException e) {
        out.accept(Answers.failure("topics", e));
        return;
      }
      registry.look(domains).forEach(out);
      out.accept(checks.transactions(domains.iterator().next()));
      TopicChecks.Seen seen = new TopicChecks(admin, topics).look(domains);
      seen.findings().forEach(out);
      if (seen.any()) {
        FleetChecks fleet =
            new FleetChecks(
                kafka, admin, topics, seen.progress() ? unfinished(kafka, topics) : List.of());
        out.accept(fleet.reconciler());
        fleet.workers(domains).forEach(out);
      }
    }
  }

  /** Looks at what a spec names; touches nothing. */
  public void spec(Spec spec) {
    SpecChecks.look(spec, Topics.DEFAULT_QUEUES).forEach(out);
  }

  /** Tells of a spec that cannot be read. */
  public void unreadable(String problem) {
    out.accept(Finding.failed("spec", problem, "docs/spec.md has all that a spec may say"));
  }

  private static Set<String> domains(Admin admin, Topics topics)
      throws ExecutionException, InterruptedException {
    String work = topics.work(Topics.DEFAULT_DOMAIN).replaceFirst(Topics.DEFAULT_DOMAIN + "$", "");
    Set<String> domains = new TreeSet<>();
    for (String topic : Answers.of(admin.listTopics().names())) {
      if (topic.startsWith(work)) {
        domains.add(topic.substring(work.length()));
      }
    }
    if (domains.isEmpty()) {
      domains.add(Topics.DEFAULT_DOMAIN);
    }
    return domains;
  }

  /** Backfills that somebody should be working on. */
  private List<String> unfinished(ClientConfig kafka, Topics topics) throws InterruptedException {
    try (ProgressFeed feed = ProgressFeed.open(kafka, topics)) {
      return feed.all().stream()
          .filter(p -> p.getState() == BackfillState.RUNNING)
          .map(Progress::getBackfillId)
          .toList();
    } catch (ReadTimeoutException e) {
      out.accept(Finding.unreachable("progress", e.getMessage(), "check the brokers"));
      return List.of();
    } catch (KafkaException e) {
      // A schema that no registry tells, say.
      out.accept(Finding.unreachable("progress", e.getMessage(), "see above"));
      return List.of();
    }
  }
}
