package io.tidemark.cli;

import io.tidemark.kafka.client.ClientConfig;
import io.tidemark.kafka.read.ReadTimeoutException;
import io.tidemark.kafka.read.RecordDecoder;
import io.tidemark.kafka.read.TopicTail;
import io.tidemark.schemas.avro.BackfillState;
import io.tidemark.schemas.avro.Progress;
import io.tidemark.schemas.topic.Topics;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

/** The progress of all backfills, as the reconciler writes it, kept current. */
public final class ProgressFeed implements AutoCloseable {

  private static final Duration CATCH_UP = Duration.ofSeconds(30);

  private final RecordDecoder<Progress> decoder = RecordDecoder.of(Progress.class, Lookup::warn);
  private final Map<String, Progress> newest = new ConcurrentSkipListMap<>();
  private final TopicTail tail;

  private ProgressFeed(ClientConfig kafka, String topic) {
    this.tail =
        TopicTail.start(
            kafka,
            topic,
            r -> decoder.decode(r).ifPresent(p -> newest.put(p.getBackfillId(), p)),
            e -> Lookup.warn("following " + topic + ": " + e.getMessage()));
  }

  /** Follows the progress topic, and returns when it has seen all that is there now. */
  public static ProgressFeed open(ClientConfig kafka, Topics topics)
      throws ReadTimeoutException, InterruptedException {
    ProgressFeed feed = new ProgressFeed(kafka, topics.progress());
    try {
      feed.tail.awaitCaughtUp(CATCH_UP);
      return feed;
    } catch (ReadTimeoutException | InterruptedException | RuntimeException e) {
      feed.close();
      throw e;
    }
  }

  /** The newest progress of a backfill, if there is any. */
  public Optional<Progress> of(String backfill) {
    return Optional.ofNullable(newest.get(backfill));
  }

  Collection<Progress> all() {
    return newest.values();
  }

  /** Whether a backfill is over. */
  public static boolean ended(Progress p) {
    return switch (p.getState()) {
      case COMPLETED, FAILED, CANCELLED -> true;
      case WAITING, RUNNING, PAUSED, FINISHING -> false;
      case UNKNOWN ->
          throw new IllegalStateException(
              p.getBackfillId() + " is in a state that this version does not know; upgrade it");
    };
  }

  /** The exit code that a backfill's end deserves. */
  static int exitCode(Progress p) {
    return p.getState() == BackfillState.COMPLETED ? ExitCode.DONE : ExitCode.FAILED_PARTITIONS;
  }

  @Override
  public void close() {
    tail.close();
  }
}
