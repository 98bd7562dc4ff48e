package io.tidemark.planner.app;

import io.tidemark.kafka.client.ClientConfig;
import io.tidemark.kafka.journal.Append;
import io.tidemark.kafka.journal.Journal;
import io.tidemark.kafka.journal.JournalException;
import io.tidemark.kafka.read.ReadTimeoutException;
import io.tidemark.kafka.read.ReadToEnd;
import io.tidemark.kafka.read.RecordDecoder;
import io.tidemark.kafka.read.TopicTail;
import io.tidemark.planner.flow.PlanLog;
import io.tidemark.schemas.avro.Descriptor;
import io.tidemark.schemas.avro.Directive;
import io.tidemark.schemas.avro.Plan;
import io.tidemark.schemas.avro.PlanState;
import io.tidemark.schemas.registry.RecordSerde;
import io.tidemark.schemas.topic.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The planner's log on Kafka. Its transactional id is the backfill's: one planner writes at a time.
 */
final class KafkaPlanLog implements PlanLog {

  private static final Logger log = LoggerFactory.getLogger(KafkaPlanLog.class);
  private static final Duration READ = Duration.ofSeconds(60);

  private final String plansTopic;
  private final String workTopic;
  private final String backfill;
  private final int queues;
  private final Journal journal;
  private final TopicTail directives;
  private volatile Directive directive;
  private final Optional<Plan> plan;
  private final List<Descriptor> descriptors = new ArrayList<>();
  private final RecordSerde<Plan> plans;
  private final RecordSerde<Descriptor> work;

  /**
   * Takes over the writing of a backfill's plan and reads what there is of it.
   *
   * @param queues Kafka partitions of the domain's work topic
   */
  KafkaPlanLog(ClientConfig config, Topics topics, String domain, String backfill, int queues) {
    this.plansTopic = topics.plans();
    this.workTopic = topics.work(domain);
    this.backfill = backfill;
    this.queues = queues;
    this.plans = config.serdes().of(Plan.class);
    this.work = config.serdes().of(Descriptor.class);
    // Opening fences an older planner of this backfill: what is read next is all there will be.
    this.journal = open(config, topics.namespace() + "-planner-" + backfill);
    RecordDecoder<Directive> directed = RecordDecoder.of(config.serdes(), Directive.class);
    try {
      directives =
          TopicTail.start(
              config,
              topics.directives(),
              r -> directed.decode(r).filter(this::mine).ifPresent(d -> directive = d),
              e -> log.warn("following {}: {}", topics.directives(), e.getMessage()));
    } catch (RuntimeException e) {
      journal.close();
      throw e;
    }
    try {
      plan = read(config);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private boolean mine(Directive d) {
    return d.getBackfillId().equals(backfill);
  }

  /**
   * Reads the plan, then what is directed, and the descriptors that are out unless it is sealed. In
   * this order: when a plan is found archived, the directive that says so is found, too.
   */
  private Optional<Plan> read(ClientConfig config) {
    RecordDecoder<Plan> planned = RecordDecoder.of(config.serdes(), Plan.class);
    RecordDecoder<Descriptor> dealt = RecordDecoder.of(config.serdes(), Descriptor.class);
    try (ReadToEnd reader = new ReadToEnd(config)) {
      Map<String, Plan> byId = new HashMap<>();
      reader.read(
          List.of(new TopicPartition(plansTopic, 0)),
          READ,
          r -> planned.keep(r, byId, Plan::getBackfillId));
      directives.awaitCaughtUp(READ);
      Plan newest = byId.get(backfill);
      if (newest == null) {
        return Optional.empty();
      }
      // A sealed plan needs no descriptors: there may be millions, and nothing follows them.
      if (newest.getState() != PlanState.SEALED) {
        reader.read(
            IntStream.range(0, queues).mapToObj(q -> new TopicPartition(workTopic, q)).toList(),
            READ,
            r ->
                dealt
                    .decode(r)
                    .filter(d -> d.getBackfillId().equals(backfill) && d.getRound() == 0)
                    // The topic is never cut: those of an archived plan are still there.
                    .filter(d -> d.getPlannedAt() >= newest.getCreatedAt())
                    .ifPresent(descriptors::add));
        descriptors.sort(Comparator.comparingLong(Descriptor::getOrdinal));
      }
      return Optional.of(newest);
    } catch (ReadTimeoutException e) {
      throw new KafkaException(e.getMessage(), e);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  private static Journal open(ClientConfig config, String id) {
    try {
      return Journal.open(config, id);
    } catch (JournalException e) {
      throw new KafkaException(e.getMessage(), e);
    }
  }

  @Override
  public int queues() {
    return queues;
  }

  @Override
  public Optional<Plan> plan() {
    return plan;
  }

  @Override
  public Optional<Directive> directive() {
    return Optional.ofNullable(directive);
  }

  @Override
  public List<Descriptor> descriptors() {
    return descriptors;
  }

  @Override
  public void publish(List<Descriptor> more, Plan now) {
    List<Append> records = new ArrayList<>(more.size() + 1);
    for (Descriptor d : more) {
      records.add(
          new Append(
              new TopicPartition(workTopic, d.getQueue()),
              d.getPartitionId().getBytes(StandardCharsets.UTF_8),
              work.serialize(workTopic, d)));
    }
    records.add(
        new Append(
            new TopicPartition(plansTopic, 0),
            backfill.getBytes(StandardCharsets.UTF_8),
            plans.serialize(plansTopic, now)));
    try {
      journal.commit(records);
    } catch (JournalException e) {
      throw new KafkaException(
          "the plan of "
              + backfill
              + " is not complete; run the same command again: "
              + e.getMessage(),
          e);
    }
  }

  @Override
  public void close() {
    try (directives) {
      journal.close();
    }
  }
}
