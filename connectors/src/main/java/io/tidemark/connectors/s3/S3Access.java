package io.tidemark.connectors.s3;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.connectors.file.StorageException;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.FailureKind;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.S3Configuration;

/**
 * A client of an object store, with a few threads for what is done in parallel. Settings: {@code
 * {endpoint?, region?, pathStyle?, accessKey?, secretKey?, sessionToken?}}; without keys the SDK's
 * default chain looks for credentials. Thread-safe.
 */
final class S3Access implements AutoCloseable {

  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final Duration SILENCE = Duration.ofSeconds(30);
  private static final Duration ATTEMPT = Duration.ofSeconds(60);
  private static final Duration CALL = Duration.ofSeconds(150);
  private static final int THREADS = 16;
  private static final long IDLE_SECONDS = 10;

  private final S3Client client;
  private final ExecutorService threads;

  private S3Access(S3Client client) {
    this.client = client;
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().daemon().name("s3-", 0).factory());
    pool.allowCoreThreadTimeOut(true);
    this.threads = pool;
  }

  /**
   * @param where the path of the settings in the spec
   * @throws TaskException FATAL, naming the setting
   */
  static S3Access of(JsonNode config, String where) throws TaskException {
    String endpoint = config.path("endpoint").asText("");
    String region = config.path("region").asText(endpoint.isEmpty() ? "" : "us-east-1");
    S3ClientBuilder builder =
        S3Client.builder()
            .httpClientBuilder(
                UrlConnectionHttpClient.builder().connectionTimeout(CONNECT).socketTimeout(SILENCE))
            .overrideConfiguration(o -> o.apiCallAttemptTimeout(ATTEMPT).apiCallTimeout(CALL))
            // Newer kinds of checksums, and chunks with signatures, are not known to every store.
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
            .serviceConfiguration(
                S3Configuration.builder()
                    .pathStyleAccessEnabled(config.path("pathStyle").asBoolean(!endpoint.isEmpty()))
                    .chunkedEncodingEnabled(false)
                    .build());
    if (!endpoint.isEmpty()) {
      builder.endpointOverride(endpoint(endpoint, where));
    }
    if (!region.isEmpty()) {
      builder.region(Region.of(region));
    }
    credentials(config, where)
        .ifPresent(c -> builder.credentialsProvider(StaticCredentialsProvider.create(c)));
    try {
      return new S3Access(builder.build());
    } catch (SdkException e) {
      // Another process may know its region.
      throw new TaskException(
          FailureKind.LOCAL,
          "REGION",
          where + ".region: none was found; name it in the spec, or set AWS_REGION",
          e);
    }
  }

  private static URI endpoint(String text, String where) throws TaskException {
    try {
      URI uri = URI.create(text);
      if (uri.getHost() != null && List.of("http", "https").contains(uri.getScheme())) {
        return uri;
      }
    } catch (IllegalArgumentException e) {
      throw new TaskException(FailureKind.FATAL, "", noEndpoint(text, where), e);
    }
    throw TaskException.fatal(noEndpoint(text, where));
  }

  private static String noEndpoint(String text, String where) {
    return where + ".endpoint: '" + text + "' is no URL such as https://storage.example.com:9000";
  }

  private static Optional<AwsCredentials> credentials(JsonNode config, String where)
      throws TaskException {
    String key = config.path("accessKey").asText("");
    String secret = config.path("secretKey").asText("");
    String token = config.path("sessionToken").asText("");
    if (key.isEmpty() != secret.isEmpty() || (key.isEmpty() && !token.isEmpty())) {
      throw TaskException.fatal(
          where
              + ": accessKey and secretKey go together, and sessionToken with both; give them,"
              + " or none of them to use what the process finds");
    }
    if (key.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        token.isEmpty()
            ? AwsBasicCredentials.create(key, secret)
            : AwsSessionCredentials.create(key, secret, token));
  }

  /**
   * Asks the store.
   *
   * @param what for messages, such as {@code cannot read s3://lake/a.csv}
   * @throws StorageException classified
   */
  <T> T ask(String what, Function<S3Client, T> request) throws StorageException {
    try {
      return request.apply(client);
    } catch (SdkException e) {
      throw new StorageException(S3Errors.of(what, e));
    }
  }

  /** The client itself, for those who want to see what it throws. */
  S3Client client() {
    return client;
  }

  /** Has another thread do it. */
  <T> Future<T> start(Callable<T> task) {
    return threads.submit(task);
  }

  /** What another thread found; interrupted, it fails as a call that was stopped. */
  static <T> T await(String what, Future<T> result) throws StorageException {
    try {
      return result.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof StorageException known) {
        throw known;
      }
      if (e.getCause() instanceof SdkException sdk) {
        throw new StorageException(S3Errors.of(what, sdk));
      }
      throw new IllegalStateException(what, e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      result.cancel(true);
      throw new StorageException(
          new TaskException(FailureKind.TRANSIENT, "CANCELLED", what + ": it was stopped", e));
    }
  }

  /** Does all of them, several at a time, and returns when the last is done, or one has failed. */
  void all(String what, List<Callable<Void>> tasks) throws StorageException {
    List<Future<Void>> started = new ArrayList<>();
    for (Callable<Void> task : tasks) {
      started.add(start(task));
    }
    try {
      for (Future<Void> each : started) {
        await(what, each);
      }
    } finally {
      started.forEach(each -> each.cancel(false));
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
    client.close();
  }
}
