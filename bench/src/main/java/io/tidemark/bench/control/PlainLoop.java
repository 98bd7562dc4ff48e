package io.tidemark.bench.control;

import io.tidemark.kafka.client.ClientConfig;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** One thread: poll, produce the outcomes and the offsets in one transaction, again. */
final class PlainLoop {

  private PlainLoop() {}

  static void run(ClientConfig kafka, int tasks) {
    try (KafkaConsumer<byte[], byte[]> consumer =
            new KafkaConsumer<>(
                KafkaLoop.group(kafka), new ByteArrayDeserializer(), new ByteArrayDeserializer());
        KafkaProducer<byte[], byte[]> producer =
            new KafkaProducer<>(
                KafkaLoop.transactions(kafka),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
      producer.initTransactions();
      consumer.subscribe(List.of(KafkaLoop.WORK));
      long done = 0;
      while (done < tasks) {
        ConsumerRecords<byte[], byte[]> polled = consumer.poll(Duration.ofMillis(100));
        if (!polled.isEmpty()) {
          producer.beginTransaction();
          Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
          for (ConsumerRecord<byte[], byte[]> task : polled) {
            var unused = producer.send(KafkaLoop.outcome(task)); // the commit fails if this does
            offsets.put(
                new TopicPartition(task.topic(), task.partition()),
                new OffsetAndMetadata(task.offset() + 1));
          }
          producer.sendOffsetsToTransaction(offsets, consumer.groupMetadata());
          producer.commitTransaction();
          done += polled.count();
        }
      }
    }
  }
}
