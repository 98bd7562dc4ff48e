package io.tidemark.cli;

import io.tidemark.kafka.client.ClientConfig;
import io.tidemark.kafka.client.StandaloneConsumer;
import io.tidemark.kafka.read.RecordDecoder;
import io.tidemark.schemas.avro.Checkpoint;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tidemark tail}: follows the checkpoints. */
@Command(
    name = "tail",
    mixinStandardHelpOptions = true,
    description = "Follow the checkpoint topic: one line for each report of a worker.",
    footer = {
      "",
      "Examples:",
      "  tidemark tail",
      "  tidemark tail --backfill orders-copy-1a2b3c4d --from-beginning --output json"
    })
final class TailCommand implements Callable<Integer> {

  @Option(names = "--backfill", paramLabel = "ID", description = "Only this backfill.")
  private String backfill;

  @Option(
      names = "--from-beginning",
      description = "Start with what is there, not with what comes.")
  private boolean fromBeginning;

  @Option(
      names = "--domain",
      defaultValue = "default",
      paramLabel = "NAME",
      description = "The data domain. Default: ${DEFAULT-VALUE}.")
  private String domain;

  @Mixin private KafkaOptions kafka;
  @Mixin private OutputOption output;

  @Override
  public Integer call() throws Exception {
    String topic = kafka.topics().checkpoints(domain);
    ClientConfig clients = kafka.reached();
    RecordDecoder<Checkpoint> reports =
        RecordDecoder.of(clients.serdes(), Checkpoint.class, Lookup::warn);
    List<TopicPartition> queues = Lookup.queues(clients, topic);
    try (Interruption interruption = new Interruption(ExitCode.INTERRUPTED);
        Contact contact = new Contact(clients);
        StandaloneConsumer consumer = new StandaloneConsumer(clients.consumer())) {
      consumer.assign(queues);
      if (fromBeginning) {
        consumer.seekToBeginning(queues);
      } else {
        consumer.seekToEnd(queues);
      }
      while (!interruption.asked()) {
        for (ConsumerRecord<byte[], byte[]> r : consumer.poll(Duration.ofMillis(200))) {
          reports.decode(r).ifPresent(c -> show(c, r.offset()));
        }
        System.out.flush();
        if (contact.lost()) {
          throw contact.failure();
        }
      }
    }
    return ExitCode.INTERRUPTED;
  }

  private void show(Checkpoint c, long offset) {
    if (backfill == null || c.getDescriptor().getBackfillId().equals(backfill)) {
      System.out.println(output.json() ? c.toString() : text(c, offset));
    }
  }

  private static String text(Checkpoint c, long offset) {
    return String.format(
        Locale.ROOT,
        "%s  %-9s %s  fence %d  at %s  %,d rows  %d chunks  %s%s",
        Instant.ofEpochMilli(c.getAt()),
        c.getState(),
        c.getDescriptor().getPartitionId(),
        c.getClaim() ? offset : c.getFence(),
        c.getCursor().isEmpty() ? "start" : String.join(",", c.getCursor()),
        c.getRows(),
        c.getChunks(),
        c.getWorker(),
        c.getError() == null ? "" : "  " + c.getError().getMessage());
  }
}
