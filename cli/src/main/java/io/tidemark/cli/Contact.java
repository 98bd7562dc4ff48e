package io.tidemark.cli;

import io.tidemark.kafka.client.ClientConfig;
import io.tidemark.kafka.client.KafkaUnreachableException;
import java.time.Duration;
import java.util.Collection;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;

/**
 * Whether Kafka still answers: a consumer would wait for it for ever without a word. It asks and
 * looks only when it is called, and never blocks; for one thread.
 */
final class Contact implements AutoCloseable {

  private static final Duration SAY = Duration.ofSeconds(30);
  private static final Duration GIVE_UP = Duration.ofMinutes(2);
  private static final Duration ASK = Duration.ofSeconds(5);

  private final String servers;
  private final Duration say;
  private final Duration giveUp;
  private final Duration ask;
  private final Admin admin;
  private KafkaFuture<Collection<Node>> question;
  private long askedAt;
  private long answeredAt;
  private boolean said;

  /** Asks from now on; Kafka has answered a moment ago. */
  Contact(ClientConfig kafka) {
    this(kafka, SAY, GIVE_UP, ASK);
  }

  /**
   * @param say after so long without an answer the user hears of it
   * @param giveUp after so long it is lost
   * @param ask how often to ask, and how long an answer may take
   */
  Contact(ClientConfig kafka, Duration say, Duration giveUp, Duration ask) {
    this.servers = kafka.bootstrapServers();
    this.say = say;
    this.giveUp = giveUp;
    this.ask = ask;
    this.admin = Admin.create(kafka.admin());
    this.answeredAt = System.nanoTime();
    this.askedAt = answeredAt;
  }

  /** Whether Kafka has been silent for too long; to be called every second or so. */
  boolean lost() {
    long now = System.nanoTime();
    if (question != null && question.isDone()) {
      if (!question.isCompletedExceptionally()) {
        answered(now);
      }
      question = null;
    }
    if (question == null && now - askedAt >= ask.toNanos()) {
      askedAt = now;
      question =
          admin
              .describeCluster(new DescribeClusterOptions().timeoutMs((int) ask.toMillis()))
              .nodes();
    }
    if (!said && now - answeredAt >= say.toNanos()) {
      said = true;
      Lookup.warn(
          "Kafka at %s has not answered for %d s; giving it %d s more"
              .formatted(servers, say.toSeconds(), giveUp.minus(say).toSeconds()));
    }
    return now - answeredAt >= giveUp.toNanos();
  }

  private void answered(long now) {
    answeredAt = now;
    if (said) {
      said = false;
      Lookup.warn("Kafka at " + servers + " answers again");
    }
  }

  /** What to tell the user once it is lost. */
  KafkaUnreachableException failure() {
    return new KafkaUnreachableException(
        "Kafka at %s has not answered for %d s; the backfill may go on without this command; check"
                .formatted(servers, giveUp.toSeconds())
            + " the network and the brokers, and run the same command again",
        null);
  }

  @Override
  public void close() {
    // What it still asks does not matter any more.
    admin.close(Duration.ZERO);
  }
}
