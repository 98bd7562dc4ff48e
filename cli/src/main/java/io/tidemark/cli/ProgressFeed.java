package io.tidemark.cli;

import io.tidemark.kafka.client.ClientConfig;
import io.tidemark.kafka.read.ReadTimeoutException;
import io.tidemark.schemas.avro.BackfillState;
import io.tidemark.schemas.avro.Progress;
import io.tidemark.schemas.topic.Topics;
import java.util.Collection;
import java.util.Optional;

/** The progress of all backfills, as the reconciler writes it, kept current. */
public final class ProgressFeed implements AutoCloseable {

  private final TopicFeed<Progress> feed;

  private ProgressFeed(TopicFeed<Progress> feed) {
    this.feed = feed;
  }

  /** Follows the progress topic, and returns when it has seen all that is there now. */
  public static ProgressFeed open(ClientConfig kafka, Topics topics)
      throws ReadTimeoutException, InterruptedException {
    return new ProgressFeed(
        TopicFeed.open(kafka, topics.progress(), Progress.class, Progress::getBackfillId));
  }

  /** The newest progress of a backfill, if there is any. */
  public Optional<Progress> of(String backfill) {
    return feed.of(backfill);
  }

  /** The newest progress of every backfill. */
  public Collection<Progress> all() {
    return feed.all();
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
    feed.close();
  }
}
