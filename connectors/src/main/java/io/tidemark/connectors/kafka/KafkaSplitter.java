package io.tidemark.connectors.kafka;

import io.tidemark.connectors.api.PlannedSlice;
import io.tidemark.core.lifecycle.Slice;
import io.tidemark.core.plan.TimeWindows;
import io.tidemark.core.retry.TaskException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Cuts a topic's history, up to the last stable offset that each Kafka partition has now: what is
 * behind it may belong to transactions that are still open. Cuts lie at multiples of a number of
 * offsets, or where windows of time begin, so that they stay the same while the topic grows.
 */
final class KafkaSplitter {

  private final KafkaErrors errors;
  private final TopicAdmin.Topic topic;
  private final String name;
  private final Consumer<byte[], byte[]> consumer;

  KafkaSplitter(
      KafkaErrors errors, TopicAdmin.Topic topic, String name, Consumer<byte[], byte[]> consumer) {
    this.errors = errors;
    this.topic = topic;
    this.name = name;
    this.consumer = consumer;
  }

  /**
   * What a Kafka partition holds.
   *
   * @param from first offset that is there
   * @param to last stable offset, exclusive
   */
  record History(Stream stream, long from, long to) {}

  /** All of the topic's Kafka partitions, in order. */
  List<History> histories() throws TaskException {
    List<TopicPartition> all =
        IntStream.range(0, topic.partitions()).mapToObj(p -> new TopicPartition(name, p)).toList();
    try {
      Map<TopicPartition, Long> from = consumer.beginningOffsets(all);
      Map<TopicPartition, Long> to = consumer.endOffsets(all);
      List<History> histories = new ArrayList<>();
      for (TopicPartition each : all) {
        histories.add(
            new History(
                new Stream(name, each.partition(), topic.id()), from.get(each), to.get(each)));
      }
      return histories;
    } catch (KafkaException e) {
      throw errors.of("asking where the topic begins and ends", e);
    }
  }

  /**
   * Cuts what lies behind a slice.
   *
   * @param out takes each slice; what it holds at most is its number of offsets
   */
  void split(
      SourceSettings.Cut cut, Optional<Slice> after, java.util.function.Consumer<PlannedSlice> out)
      throws TaskException {
    Optional<Stream> last = after.map(Stream::of);
    if (last.isPresent()) {
      last.get().refuseAnother(topic, errors);
    }
    for (History h : histories()) {
      int behind = last.map(s -> s.partition() - h.stream().partition()).orElse(-1);
      long start = behind == 0 ? ((Slice.Offsets) after.get()).range().getTo() : h.from();
      if (behind <= 0) {
        for (long[] range : ranges(cut, h)) {
          long from = Math.max(range[0], start);
          if (from < range[1]) {
            out.accept(new PlannedSlice(h.stream().slice(from, range[1]), range[1] - from));
          }
        }
      }
    }
  }

  private List<long[]> ranges(SourceSettings.Cut cut, History history) throws TaskException {
    List<long[]> ranges = new ArrayList<>();
    long from = history.from();
    long to = history.to();
    switch (cut) {
      case SourceSettings.Cut.ByOffset by -> {
        while (from < to) {
          long next = Math.min(to, (from / by.records() + 1) * by.records());
          ranges.add(new long[] {from, next});
          from = next;
        }
      }
      case SourceSettings.Cut.ByTime by -> {
        for (long next : beginnings(by.windows(), history)) {
          if (next > from) {
            ranges.add(new long[] {from, next});
            from = next;
          }
        }
        ranges.add(new long[] {from, to});
      }
    }
    return ranges;
  }

  /**
   * Offsets of the first record of each window that has one, but for the first. Timestamps need not
   * be in order: a record that is late is in the window of those around it.
   */
  private List<Long> beginnings(TimeWindows windows, History history) throws TaskException {
    TopicPartition partition = history.stream().topicPartition();
    List<Long> beginnings = new ArrayList<>();
    // Records older than timestamps have none; they go with the first window.
    OffsetAndTimestamp found = from(partition, 0);
    while (found != null && found.offset() < history.to()) {
      long end = windows.end(Instant.ofEpochMilli(found.timestamp())).toEpochMilli();
      found = from(partition, end);
      if (found != null && found.offset() < history.to()) {
        beginnings.add(found.offset());
      }
    }
    return beginnings;
  }

  /** The first record of that time or later; null: there is none. */
  private OffsetAndTimestamp from(TopicPartition partition, long time) throws TaskException {
    try {
      return consumer.offsetsForTimes(Map.of(partition, time)).get(partition);
    } catch (KafkaException e) {
      throw errors.of("asking for the first record of " + Instant.ofEpochMilli(time), e);
    }
  }
}
