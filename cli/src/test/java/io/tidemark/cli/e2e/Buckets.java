package io.tidemark.cli.e2e;

import io.tidemark.testing.ObjectStore;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.S3Object;

/** A real server that speaks S3, with one bucket, {@code lake}, and what tests do there. */
final class Buckets implements AutoCloseable {

  static final String BUCKET = "lake";

  private final ObjectStore store = ObjectStore.inMemory();
  private final S3Client client =
      S3Client.builder()
          .httpClientBuilder(UrlConnectionHttpClient.builder())
          .endpointOverride(URI.create(store.endpoint()))
          .region(Region.US_EAST_1)
          .forcePathStyle(true)
          .credentialsProvider(
              StaticCredentialsProvider.create(
                  AwsBasicCredentials.create(ObjectStore.ACCESS_KEY, ObjectStore.SECRET_KEY)))
          .build();

  Buckets() {
    client.createBucket(b -> b.bucket(BUCKET));
  }

  String endpoint() {
    return store.endpoint();
  }

  /** The settings of an {@code s3} source or sink, without braces. */
  String s3(String prefix, String format) {
    return ("url: \"s3://%s/%s\", endpoint: \"%s\", accessKey: \"${env:S3_ACCESS_KEY}\","
            + " secretKey: \"${env:S3_SECRET_KEY}\", format: %s")
        .formatted(BUCKET, prefix, endpoint(), format);
  }

  void put(String key, String text) {
    client.putObject(
        b -> b.bucket(BUCKET).key(key),
        RequestBody.fromBytes(text.getBytes(StandardCharsets.UTF_8)));
  }

  String get(String key) {
    return client.getObjectAsBytes(b -> b.bucket(BUCKET).key(key)).asUtf8String();
  }

  /** Sizes of the objects whose keys begin so, by what follows. */
  Map<String, Long> below(String prefix) {
    Map<String, Long> found = new TreeMap<>();
    for (S3Object o :
        client.listObjectsV2Paginator(b -> b.bucket(BUCKET).prefix(prefix)).contents()) {
      found.put(o.key().substring(prefix.length()), o.size());
    }
    return found;
  }

  /** Keys of uploads that began and were not completed. */
  List<String> uploads() {
    return client.listMultipartUploads(b -> b.bucket(BUCKET)).uploads().stream()
        .map(MultipartUpload::key)
        .toList();
  }

  @Override
  public void close() {
    client.close();
    store.close();
  }
}
