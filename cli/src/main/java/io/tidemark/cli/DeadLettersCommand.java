package io.tidemark.cli;

import io.tidemark.kafka.client.ClientConfig;
import io.tidemark.kafka.read.ReadTimeoutException;
import io.tidemark.schemas.avro.Checkpoint;
import io.tidemark.schemas.avro.DeadLetter;
import io.tidemark.schemas.topic.Topics;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.io.DecoderFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tidemark dead-letters}: the rows of a backfill that were set aside. */
@Command(
    name = "dead-letters",
    mixinStandardHelpOptions = true,
    description =
        "List the rows of a backfill that were set aside because the sink, or their own format,"
            + " refused them: each once, with the reason.",
    footer = {
      "",
      "Examples:",
      "  tidemark dead-letters orders-copy-1a2b3c4d",
      "  tidemark dead-letters orders-copy-1a2b3c4d --output json"
    })
final class DeadLettersCommand implements Callable<Integer> {

  @Parameters(paramLabel = "ID", description = "The backfill.")
  private String id;

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
    Topics topics = kafka.topics();
    ClientConfig clients = kafka.reached();
    Lookup.requirePlanned(id, clients, topics);
    Map<String, NavigableMap<Long, DeadLetter>> letters = letters(clients, topics);
    Map<String, Long> counts = counts(clients, topics);
    long shown = 0;
    for (Map.Entry<String, NavigableMap<Long, DeadLetter>> of : letters.entrySet()) {
      // What lies above the count was found in an attempt that a crash undid.
      for (DeadLetter l : of.getValue().headMap(counts.getOrDefault(of.getKey(), 0L)).values()) {
        show(l);
        shown++;
      }
    }
    if (!output.json()) {
      System.out.printf(Locale.ROOT, "%,d rows were set aside%n", shown);
    }
    return ExitCode.DONE;
  }

  /** Of each partition, and of each number, the newest. */
  private Map<String, NavigableMap<Long, DeadLetter>> letters(ClientConfig clients, Topics topics)
      throws CliException, ReadTimeoutException, InterruptedException {
    Map<String, NavigableMap<Long, DeadLetter>> letters = new TreeMap<>();
    Lookup.read(
        clients,
        topics.deadLetters(domain),
        DeadLetter.class,
        l -> {
          if (l.getBackfillId().equals(id)) {
            letters.computeIfAbsent(l.getPartitionId(), k -> new TreeMap<>()).put(l.getNumber(), l);
          }
        });
    return letters;
  }

  /** How many of each partition count, as last reported. */
  private Map<String, Long> counts(ClientConfig clients, Topics topics)
      throws CliException, ReadTimeoutException, InterruptedException {
    Map<String, Long> counts = new TreeMap<>();
    Lookup.read(
        clients,
        topics.checkpoints(domain),
        Checkpoint.class,
        c -> {
          if (c.getDescriptor().getBackfillId().equals(id)) {
            counts.put(c.getDescriptor().getPartitionId(), c.getDeadLetters());
          }
        });
    return counts;
  }

  private void show(DeadLetter l) {
    if (output.json()) {
      Map<String, Object> out = new LinkedHashMap<>();
      out.put("partition", l.getPartitionId());
      out.put("number", l.getNumber());
      out.put("cursor", l.getCursor());
      out.put("column", l.getColumn());
      out.put("code", l.getError().getCode());
      out.put("error", l.getError().getMessage());
      out.put("row", row(l));
      out.put("at", l.getAt());
      OutputOption.print(out);
    } else {
      System.out.printf(
          "%s  behind %s: %s%n    %s%n",
          l.getPartitionId(),
          l.getCursor().isEmpty() ? "the start" : String.join(",", l.getCursor()),
          l.getError().getMessage(),
          row(l));
    }
  }

  /** The row as JSON; a record that its own format makes unreadable as its text. */
  private static String row(DeadLetter l) {
    byte[] bytes = new byte[l.getRow().remaining()];
    l.getRow().duplicate().get(bytes);
    try {
      Object row =
          new GenericDatumReader<>(new Schema.Parser().parse(l.getRowSchema()))
              .read(null, DecoderFactory.get().binaryDecoder(bytes, null));
      return row instanceof ByteBuffer raw
          ? StandardCharsets.UTF_8.decode(raw).toString().stripTrailing()
          : String.valueOf(row);
    } catch (IOException | AvroRuntimeException e) {
      return "(%d bytes that cannot be decoded: %s)".formatted(bytes.length, e.getMessage());
    }
  }
}
