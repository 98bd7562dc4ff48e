package io.tidemark.bench.control;

import io.confluent.parallelconsumer.ParallelConsumerOptions;
import io.confluent.parallelconsumer.ParallelConsumerOptions.CommitMode;
import io.confluent.parallelconsumer.ParallelConsumerOptions.ProcessingOrder;
import io.confluent.parallelconsumer.ParallelStreamProcessor;
import io.tidemark.kafka.client.ClientConfig;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Confluent's parallel consumer, in the mode that commits outcomes and offsets together. */
final class ParallelLoop {

  private static final int CONCURRENCY = 16;

  private ParallelLoop() {}

  static void run(ClientConfig kafka, int tasks) throws Exception {
    CountDownLatch left = new CountDownLatch(tasks);
    KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            KafkaLoop.group(kafka), new ByteArrayDeserializer(), new ByteArrayDeserializer());
    KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            KafkaLoop.transactions(kafka), new ByteArraySerializer(), new ByteArraySerializer());
    try (ParallelStreamProcessor<byte[], byte[]> processor =
        ParallelStreamProcessor.createEosStreamProcessor(
            ParallelConsumerOptions.<byte[], byte[]>builder()
                .consumer(consumer)
                .producer(producer)
                .ordering(ProcessingOrder.UNORDERED)
                .commitMode(CommitMode.PERIODIC_TRANSACTIONAL_PRODUCER)
                .commitInterval(Duration.ofSeconds(1)) // Tidemark's default as well
                .maxConcurrency(CONCURRENCY)
                .build())) {
      processor.subscribe(List.of(KafkaLoop.WORK));
      processor.pollAndProduce(
          task -> KafkaLoop.outcome(task.getSingleConsumerRecord()), published -> left.countDown());
      left.await();
      processor.closeDrainFirst(); // with the last commit
    }
  }
}
