package io.tidemark.connectors.s3;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tidemark.connectors.api.Sink;
import io.tidemark.connectors.api.Source;
import io.tidemark.core.retry.TaskException;
import io.tidemark.testing.ObjectStore;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

/** A bucket of its own in a real server, which all tests of this JVM share. */
final class Bucket implements AutoCloseable {

  private static final ObjectStore STORE = ObjectStore.inMemory();

  private final String name = "b" + UUID.randomUUID().toString().substring(0, 12);
  private final S3Client client =
      S3Client.builder()
          .httpClientBuilder(UrlConnectionHttpClient.builder())
          .endpointOverride(URI.create(STORE.endpoint()))
          .region(Region.US_EAST_1)
          .forcePathStyle(true)
          .credentialsProvider(
              StaticCredentialsProvider.create(
                  AwsBasicCredentials.create(ObjectStore.ACCESS_KEY, ObjectStore.SECRET_KEY)))
          .build();

  Bucket() {
    client.createBucket(b -> b.bucket(name));
  }

  String name() {
    return name;
  }

  S3Client client() {
    return client;
  }

  String url(String key) {
    return "s3://" + name + "/" + key;
  }

  void put(String key, byte[] contents) {
    client.putObject(b -> b.bucket(name).key(key), RequestBody.fromBytes(contents));
  }

  void put(String key, String contents) {
    put(key, contents.getBytes(StandardCharsets.UTF_8));
  }

  byte[] get(String key) {
    return client.getObjectAsBytes(b -> b.bucket(name).key(key)).asByteArray();
  }

  /** All objects, with their sizes. */
  Map<String, Long> objects() {
    Map<String, Long> found = new TreeMap<>();
    for (S3Object o : client.listObjectsV2Paginator(b -> b.bucket(name)).contents()) {
      found.put(o.key(), o.size());
    }
    return found;
  }

  /** Keys of uploads that began and were not completed. */
  List<String> uploads() {
    return client.listMultipartUploads(b -> b.bucket(name)).uploads().stream()
        .map(u -> u.key())
        .toList();
  }

  static String access() {
    return "'endpoint': '%s', 'accessKey': '%s', 'secretKey': '%s'"
        .formatted(STORE.endpoint(), ObjectStore.ACCESS_KEY, ObjectStore.SECRET_KEY);
  }

  static JsonNode json(String text) {
    try {
      return new JsonMapper().readTree(text.replace('\'', '"'));
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new IllegalArgumentException(text, e);
    }
  }

  /**
   * @param settings of the source but for url and access
   */
  Source source(String key, String settings, long sliceBytes) throws TaskException {
    return new S3Connector()
        .source(
            json("{'url': '%s', %s, %s}".formatted(url(key), access(), settings)),
            json("{'file': {'megabytes': %s}}".formatted(sliceBytes / (double) (1 << 20))));
  }

  Sink sink(String key, String settings) throws TaskException {
    return new S3Connector()
        .sink(json("{'url': '%s', %s, %s}".formatted(url(key), access(), settings)))
        .orElseThrow();
  }

  @Override
  public void close() {
    client.close();
  }
}
