package io.tidemark.connectors.kafka;

import static org.awaitility.Awaitility.await;

import io.tidemark.connectors.api.Source;
import io.tidemark.connectors.api.SourceContract;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.producer.Producer;
import org.junit.jupiter.api.BeforeAll;

/**
 * Over a topic with holes: aborted transactions and the marks that end transactions lie between the
 * records that count, at the ends as well.
 */
class KafkaSourceContractTest extends SourceContract {

  private static final int RECORDS = 400;

  private static String topic;
  private static final List<String> WRITTEN = new ArrayList<>();

  @BeforeAll
  static void fill() throws Exception {
    topic = Cluster.topic(3, Map.of("retention.ms", "-1"));
    long seed = Long.getLong("tidemark.seed", System.nanoTime());
    System.out.println("KafkaSourceContractTest: -Dtidemark.seed=" + seed);
    Random random = new Random(seed);
    try (Producer<byte[], byte[]> producer = Cluster.producer(topic)) {
      producer.initTransactions();
      int n = 0;
      while (n < RECORDS) {
        boolean aborted = random.nextInt(3) == 0;
        producer.beginTransaction();
        int many = 1 + random.nextInt(9);
        for (int i = 0; i < many; i++) {
          String value = (aborted ? "aborted " : "row ") + n + " " + "x".repeat(random.nextInt(90));
          var unused =
              producer.send(Cluster.record(topic, random.nextInt(3), 1_000L * n, "k" + n, value));
          if (!aborted) {
            WRITTEN.add(value);
            n++;
          }
        }
        if (aborted) {
          producer.flush();
          producer.abortTransaction();
        } else {
          producer.commitTransaction();
        }
      }
    }
    // The marks of the last commit come a little behind its answer.
    await().until(() -> Cluster.read(topic).size() == WRITTEN.size());
  }

  @Override
  protected Source source() throws Exception {
    return Cluster.source(topic, "format: string", "{offset: {records: 60}}");
  }

  @Override
  protected List<String> expected() {
    return WRITTEN;
  }

  @Override
  protected String identity(GenericRecord row) {
    return row.get("value").toString();
  }
}
