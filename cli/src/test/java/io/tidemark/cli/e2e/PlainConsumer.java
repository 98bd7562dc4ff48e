package io.tidemark.cli.e2e;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.io.DecoderFactory;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * A consumer that knows nothing of Tidemark: Kafka's client, Avro, and the one question to a
 * registry that every registry-aware consumer asks.
 */
final class PlainConsumer implements AutoCloseable {

  private static final Duration SILENCE = Duration.ofSeconds(3);

  private final String registry;
  private final HttpClient http = HttpClient.newHttpClient();
  private final Map<Integer, Schema> schemas = new HashMap<>();
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final List<String> records = new ArrayList<>();
  private final Map<String, Integer> ids = new TreeMap<>();
  private final Map<String, Integer> forms = new TreeMap<>();

  PlainConsumer(String bootstrap, String registry, String topic) {
    this.registry = registry;
    this.consumer =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers", bootstrap,
                "isolation.level", "read_committed",
                "auto.offset.reset", "earliest"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
    List<TopicPartition> all =
        consumer.partitionsFor(topic).stream()
            .map(p -> new TopicPartition(topic, p.partition()))
            .toList();
    consumer.assign(all);
    consumer.seekToBeginning(all);
  }

  /** Reads on to the end as it is now. */
  void read() {
    Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
    while (ends.entrySet().stream().anyMatch(e -> consumer.position(e.getKey()) < e.getValue())) {
      for (ConsumerRecord<byte[], byte[]> r : consumer.poll(SILENCE)) {
        take(r);
      }
    }
  }

  private void take(ConsumerRecord<byte[], byte[]> r) {
    byte[] value = r.value();
    boolean known = value[0] == 0;
    forms.merge(known ? "registry" : "single-object", 1, Integer::sum);
    if (known) {
      int id = ByteBuffer.wrap(value).getInt(1);
      ids.put(r.partition() + " " + r.offset(), id);
      Schema schema = schemas.computeIfAbsent(id, this::schema);
      try {
        records.add(
            new GenericDatumReader<>(schema)
                .read(null, DecoderFactory.get().binaryDecoder(value, 5, value.length - 5, null))
                .toString());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private Schema schema(int id) {
    try {
      HttpResponse<String> answer =
          http.send(
              HttpRequest.newBuilder(URI.create(registry + "/schemas/ids/" + id)).build(),
              HttpResponse.BodyHandlers.ofString());
      return new Schema.Parser()
          .parse(new ObjectMapper().readTree(answer.body()).path("schema").textValue());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Records in the registry's form, as JSON text. */
  List<String> records() {
    return records;
  }

  /** Schema id of each of them, by partition and offset. */
  Map<String, Integer> ids() {
    return ids;
  }

  /** How many records there are of each form. */
  Map<String, Integer> forms() {
    return forms;
  }

  @Override
  public void close() {
    consumer.close();
  }
}
