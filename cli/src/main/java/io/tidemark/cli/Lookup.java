package io.tidemark.cli;

import io.tidemark.kafka.client.ClientConfig;
import io.tidemark.kafka.read.ReadTimeoutException;
import io.tidemark.kafka.read.ReadToEnd;
import io.tidemark.kafka.read.RecordDecoder;
import io.tidemark.schemas.avro.Plan;
import io.tidemark.schemas.topic.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** What is there: the queues of a topic, the backfills that were planned. */
final class Lookup {

  private static final Duration READ = Duration.ofSeconds(30);
  private static final Duration READ_MUCH = Duration.ofSeconds(60);

  private Lookup() {}

  /**
   * All Kafka partitions of a topic.
   *
   * @throws CliException if there is no such topic
   * @throws KafkaException if Kafka does not tell
   */
  static List<TopicPartition> queues(ClientConfig kafka, String topic)
      throws CliException, InterruptedException {
    try (Admin admin = Admin.create(kafka.admin())) {
      return admin
          .describeTopics(List.of(topic))
          .topicNameValues()
          .get(topic)
          .get()
          .partitions()
          .stream()
          .map(i -> new TopicPartition(topic, i.partition()))
          .toList();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException) {
        throw new CliException(
            ExitCode.USAGE,
            "there is no topic "
                + topic
                + " here, so nothing was planned yet; check --bootstrap-server, --namespace and"
                + " --domain");
      }
      throw new KafkaException("topic " + topic + ": " + e.getCause().getMessage(), e.getCause());
    }
  }

  /**
   * Checks that a backfill was planned, whether or not a reconciler has seen it yet: by the keys of
   * the plans alone, for which no schema registry is needed.
   *
   * @return the newest record of its plan
   * @throws CliException if it is unknown; names those that are known
   */
  static ConsumerRecord<byte[], byte[]> requirePlanned(
      String backfill, ClientConfig kafka, Topics topics)
      throws CliException, ReadTimeoutException, InterruptedException {
    Map<String, ConsumerRecord<byte[], byte[]>> planned = planned(kafka, topics);
    ConsumerRecord<byte[], byte[]> plan = planned.get(backfill);
    if (plan == null) {
      throw new CliException(
          ExitCode.USAGE,
          "there is no backfill "
              + backfill
              + "; "
              + (planned.isEmpty()
                  ? "none was planned here: check --bootstrap-server and --namespace"
                  : "known: " + String.join(", ", planned.keySet())));
    }
    return plan;
  }

  /**
   * The domain of a backfill.
   *
   * @throws CliException if it was not planned
   */
  static String domain(String backfill, ClientConfig kafka, Topics topics)
      throws CliException, ReadTimeoutException, InterruptedException {
    return RecordDecoder.of(kafka.serdes(), Plan.class, Lookup::warn)
        .decode(requirePlanned(backfill, kafka, topics))
        .orElseThrow(
            () ->
                new CliException(
                    ExitCode.USAGE,
                    "the plan of " + backfill + " in " + topics.plans() + " cannot be read"))
        .getDomain();
  }

  /** Newest records of the plans that are not archived, by the backfill's id. */
  private static Map<String, ConsumerRecord<byte[], byte[]>> planned(
      ClientConfig kafka, Topics topics)
      throws CliException, ReadTimeoutException, InterruptedException {
    Map<String, ConsumerRecord<byte[], byte[]>> planned = new TreeMap<>();
    try (ReadToEnd reader = new ReadToEnd(kafka)) {
      reader.read(
          queues(kafka, topics.plans()),
          READ,
          r -> {
            if (r.key() != null) {
              String id = new String(r.key(), StandardCharsets.UTF_8);
              if (r.value() == null) {
                planned.remove(id); // it was archived
              } else {
                planned.put(id, r);
              }
            }
          });
    }
    return planned;
  }

  /**
   * Reads all of a topic, up to its end as it is now; what cannot be decoded is told and passed.
   *
   * @param within how long it may take without getting on
   * @throws CliException if there is no such topic
   */
  static <T extends SpecificRecord> void read(
      ClientConfig kafka, String topic, Class<T> type, Duration within, Consumer<T> each)
      throws CliException, ReadTimeoutException, InterruptedException {
    RecordDecoder<T> decoder = RecordDecoder.of(kafka.serdes(), type, Lookup::warn);
    try (ReadToEnd reader = new ReadToEnd(kafka)) {
      reader.read(queues(kafka, topic), within, r -> decoder.decode(r).ifPresent(each));
    }
  }

  /** The same, for a topic that may hold much. */
  static <T extends SpecificRecord> void read(
      ClientConfig kafka, String topic, Class<T> type, Consumer<T> each)
      throws CliException, ReadTimeoutException, InterruptedException {
    read(kafka, topic, type, READ_MUCH, each);
  }

  /** Tells the user what does not end the command. */
  static void warn(String message) {
    System.err.println("tidemark: " + message);
  }
}
