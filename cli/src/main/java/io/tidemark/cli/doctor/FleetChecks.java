package io.tidemark.cli.doctor;

import io.tidemark.kafka.client.ClientConfig;
import io.tidemark.kafka.client.StandaloneConsumer;
import io.tidemark.kafka.read.RecordDecoder;
import io.tidemark.schemas.avro.WorkerHeartbeat;
import io.tidemark.schemas.topic.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.DescribeConsumerGroupsOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.TopicAuthorizationException;

/** Who is there: the reconciler, the workers, their groups, and whether their clocks agree. */
final class FleetChecks {

  /** Heartbeats come twice a second: who is there is heard several times. */
  private static final Duration LISTEN = Duration.ofSeconds(3);

  private static final Duration POLL = Duration.ofMillis(50);

  /** Beyond this, times of different machines cannot be compared any more. */
  private static final long SKEW_MS = 2_000;

  private final ClientConfig kafka;
  private final Admin admin;
  private final Topics topics;
  private final List<String> unfinished;

  /**
   * @param unfinished backfills that somebody should be working on
   */
  FleetChecks(ClientConfig kafka, Admin admin, Topics topics, List<String> unfinished) {
    this.kafka = kafka;
    this.admin = admin;
    this.topics = topics;
    this.unfinished = List.copyOf(unfinished);
  }

  /** The reconciler's instances, by the group that they form. */
  Finding reconciler() throws InterruptedException {
    return group(
        "reconciler",
        topics.namespace() + "-reconciler",
        "none runs: nothing is admitted, reported or decided",
        "start `tidemark reconciler`");
  }

  /** The workers of each domain, by heartbeats that come while it listens, and by their groups. */
  List<Finding> workers(Set<String> domains) throws InterruptedException {
    List<Finding> findings = new ArrayList<>();
    Map<String, Heard> heard;
    try {
      heard = listen();
    } catch (TopicAuthorizationException e) {
      return List.of(
          Finding.warning(
              "workers",
              "cannot be heard: this user may not read topic " + topics.workers(),
              "let it read there; see rights above"));
    } catch (KafkaException e) {
      return List.of(Answers.failure("workers", e));
    }
    for (String domain : domains) {
      List<WorkerHeartbeat> here =
          heard.values().stream()
              .map(Heard::beat)
              .filter(b -> b.getDomain().equals(domain))
              .toList();
      findings.add(workers(domain, here));
      if (!here.isEmpty()) {
        findings.add(
            group(
                "group of the workers",
                topics.workerGroup(domain),
                "heartbeats come, but the group has no members",
                "look into the workers' logs"));
      }
    }
    clocks(heard, findings);
    return findings;
  }

  private Finding workers(String domain, List<WorkerHeartbeat> here) {
    String check = "workers of " + domain;
    if (!here.isEmpty()) {
      return Finding.ok(
          check,
          "%d with %d lanes, %d of them busy"
              .formatted(
                  here.size(),
                  here.stream().mapToInt(WorkerHeartbeat::getLanes).sum(),
                  here.stream().mapToInt(WorkerHeartbeat::getLanesBusy).sum()));
    }
    String what = "none was heard for " + LISTEN.toSeconds() + " s";
    String remedy = "start `tidemark worker --domain " + domain + "`";
    return unfinished.isEmpty()
        ? Finding.warning(check, what, remedy)
        : Finding.failed(check, what + ", and not done is " + some(unfinished), remedy);
  }

  private static String some(List<String> backfills) {
    return String.join(", ", backfills.subList(0, Math.min(3, backfills.size())))
        + (backfills.size() > 3 ? " and others" : "");
  }

  /**
   * @param aheadMs how far its clock is ahead of this machine's, at least; negative: behind, at
   *     most
   */
  private record Heard(WorkerHeartbeat beat, long aheadMs) {}

  private Map<String, Heard> listen() {
    RecordDecoder<WorkerHeartbeat> decoder =
        RecordDecoder.of(kafka.serdes(), WorkerHeartbeat.class, m -> {});
    Map<String, Heard> heard = new TreeMap<>();
    List<TopicPartition> all = List.of(new TopicPartition(topics.workers(), 0));
    try (StandaloneConsumer consumer = new StandaloneConsumer(kafka.consumer())) {
      consumer.assign(all);
      consumer.seekToEnd(all);
      consumer.position(all.get(0), LISTEN);
      long until = System.nanoTime() + LISTEN.toNanos();
      while (System.nanoTime() - until < 0) {
        for (ConsumerRecord<byte[], byte[]> r : consumer.poll(POLL)) {
          long now = Instant.now().toEpochMilli();
          decoder.decode(r).ifPresent(b -> hear(heard, b, now));
        }
      }
    }
    return heard;
  }

  private static void hear(Map<String, Heard> heard, WorkerHeartbeat b, long now) {
    if (b.getQueues().isEmpty()) {
      heard.remove(b.getWorkerId());
      return;
    }
    // The one that was on its way for the shortest time tells most.
    Heard before = heard.get(b.getWorkerId());
    long ahead = b.getAt() - now;
    heard.put(
        b.getWorkerId(), new Heard(b, before == null ? ahead : Math.max(before.aheadMs(), ahead)));
  }

  private static void clocks(Map<String, Heard> heard, List<Finding> findings) {
    if (heard.isEmpty()) {
      return;
    }
    List<String> wrong = new ArrayList<>();
    heard.forEach(
        (worker, h) -> {
          if (Math.abs(h.aheadMs()) > SKEW_MS) {
            wrong.add(
                "%s on %s by %.1f s".formatted(worker, h.beat().getHost(), h.aheadMs() / 1000.0));
          }
        });
    findings.add(
        wrong.isEmpty()
            ? Finding.ok("clocks", "agree within " + SKEW_MS / 1000 + " s")
            : Finding.failed(
                "clocks",
                "differ from this machine's: " + String.join(", ", wrong),
                "let NTP set them: rates, times left and alerts compare times of several machines"));
  }

  private Finding group(String check, String group, String absent, String remedy)
      throws InterruptedException {
    try {
      ConsumerGroupDescription d =
          Answers.of(
              admin
                  .describeConsumerGroups(
                      List.of(group),
                      new DescribeConsumerGroupsOptions().includeAuthorizedOperations(true))
                  .describedGroups()
                  .get(group));
      Set<AclOperation> missing =
          Rights.missing(Set.of(AclOperation.READ), d.authorizedOperations());
      if (!missing.isEmpty()) {
        return Rights.lacking(missing, "group", group);
      }
      if (d.members().isEmpty()) {
        return Finding.failed(check, absent, remedy);
      }
      Set<String> hosts = new TreeSet<>();
      d.members().forEach(m -> hosts.add(m.host().replaceFirst("^/", "")));
      String what =
          "group %s: %s, on %s".formatted(group, d.groupState(), String.join(", ", hosts));
      return d.groupState() == GroupState.STABLE
          ? Finding.ok(check, what)
          : Finding.warning(check, what, "it is being rearranged; run doctor again in a minute");
    } catch (ExecutionException e) {
      return switch (e.getCause()) {
        case GroupIdNotFoundException none -> Finding.failed(check, absent, remedy);
        case GroupAuthorizationException denied ->
            Rights.lacking(Set.of(AclOperation.READ), "group", group);
        default -> Answers.failure(check, e);
      };
    }
  }
}
