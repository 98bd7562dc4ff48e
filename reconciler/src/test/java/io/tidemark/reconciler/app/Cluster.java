package io.tidemark.reconciler.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidemark.kafka.admin.TidemarkTopics;
import io.tidemark.kafka.client.ClientConfig;
import io.tidemark.kafka.embedded.EmbeddedBroker;
import io.tidemark.reconciler.Samples;
import io.tidemark.schemas.avro.Checkpoint;
import io.tidemark.schemas.avro.Descriptor;
import io.tidemark.schemas.avro.Plan;
import io.tidemark.schemas.serde.AvroSerde;
import io.tidemark.schemas.topic.Topics;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** A broker, a producer that plays planner and worker, and an HTTP client. */
@SuppressWarnings("FutureReturnValueIgnored") // A send that failed fails its transaction's commit.
final class Cluster implements AutoCloseable {

  static final int QUEUES = 4;

  final Topics topics = new Topics("t");
  private final EmbeddedBroker broker;
  private final ClientConfig clients;
  private final KafkaProducer<String, byte[]> producer;
  private final HttpClient http = HttpClient.newHttpClient();
  private final ObjectMapper json = new ObjectMapper();

  Cluster(Path directory) throws Exception {
    broker = EmbeddedBroker.start(directory, 0, Map.of());
    clients = ClientConfig.of(broker.bootstrapServers());
    TidemarkTopics.ensure(clients, topics, List.of(Samples.DOMAIN), QUEUES);
    Map<String, Object> settings = clients.producer();
    settings.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "test");
    settings.put(ProducerConfig.RETRY_BACKOFF_MS_CONFIG, 1);
    settings.put(ProducerConfig.RETRY_BACKOFF_MAX_MS_CONFIG, 5);
    producer = new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer());
    producer.initTransactions();
  }

  Reconciler start(Path stateDir) throws Exception {
    return start(stateDir, Map.of());
  }

  Reconciler start(Path stateDir, Map<String, String> more) throws Exception {
    Map<String, String> settings = new HashMap<>(settings(stateDir));
    settings.putAll(more);
    return Reconciler.start(ReconcilerConfig.of(settings));
  }

  /** Settings of a reconciler of this cluster. */
  Map<String, String> settings(Path stateDir) {
    return Map.of(
        "bootstrap.servers",
        broker.bootstrapServers(),
        "namespace",
        topics.namespace(),
        "state.dir",
        stateDir.toString(),
        "http.port",
        "0",
        "max.running.backfills",
        "100");
  }

  void publish(Plan plan, List<Descriptor> descriptors) throws Exception {
    producer.beginTransaction();
    for (Descriptor d : descriptors) {
      send(topics.work(Samples.DOMAIN), d.getQueue(), d.getPartitionId(), d);
    }
    send(topics.plans(), 0, plan.getBackfillId(), plan);
    producer.commitTransaction();
  }

  /** Claims each partition and reports it done, in two transactions. */
  void work(List<Descriptor> descriptors) throws Exception {
    producer.beginTransaction();
    List<Future<RecordMetadata>> claims = new ArrayList<>();
    for (Descriptor d : descriptors) {
      claims.add(report(Samples.claim(d)));
    }
    producer.commitTransaction();
    producer.beginTransaction();
    for (int i = 0; i < descriptors.size(); i++) {
      report(Samples.done(descriptors.get(i), claims.get(i).get().offset()));
    }
    producer.commitTransaction();
  }

  private Future<RecordMetadata> report(Checkpoint c) {
    Descriptor d = c.getDescriptor();
    return send(topics.checkpoints(Samples.DOMAIN), d.getQueue(), d.getPartitionId(), c);
  }

  void raw(String topic, int queue, byte[] value) {
    producer.beginTransaction();
    producer.send(new ProducerRecord<>(topic, queue, "k", value));
    producer.commitTransaction();
  }

  @SuppressWarnings("unchecked") // The serde of a record's own class.
  private <T extends SpecificRecord> Future<RecordMetadata> send(
      String topic, int queue, String key, T value) {
    AvroSerde<T> serde = AvroSerde.of((Class<T>) value.getClass());
    return producer.send(new ProducerRecord<>(topic, queue, key, serde.serialize(topic, value)));
  }

  JsonNode get(Reconciler reconciler, String path) throws Exception {
    return get(reconciler.port(), path);
  }

  JsonNode get(int port, String path) throws Exception {
    HttpResponse<String> answer = request(port, "GET", path);
    if (answer.statusCode() != 200) {
      throw new AssertionError(answer.statusCode() + " " + answer.body());
    }
    return json.readTree(answer.body());
  }

  HttpResponse<String> request(Reconciler reconciler, String method, String path) throws Exception {
    return request(reconciler.port(), method, path);
  }

  HttpResponse<String> request(int port, String method, String path) throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .method(method, HttpRequest.BodyPublishers.noBody())
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  @Override
  public void close() {
    http.close();
    producer.close();
    broker.close();
  }
}
