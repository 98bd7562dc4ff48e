package io.tidemark.connectors.s3;

import io.tidemark.connectors.file.ChunkFile;
import io.tidemark.connectors.file.SinkStorage;
import io.tidemark.connectors.file.StorageException;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.FailureKind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsRequest;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * A prefix of a bucket. Objects come to be at once and whole; two who create the same one are told
 * apart by the store ({@code If-None-Match: *}), which must therefore keep such conditions.
 */
final class S3Sink implements SinkStorage {

  private static final String ANYTHING = "*";

  private final S3Access access;
  private final S3Url root;
  private final Set<String> begun = ConcurrentHashMap.newKeySet();

  S3Sink(S3Access access, S3Url root) {
    this.access = access;
    this.root = root;
  }

  @Override
  public String place(String path) {
    return root.at(root.below(path)).toString();
  }

  @Override
  public void check() throws TaskException {
    try {
      access.ask("cannot write " + root, s3 -> s3.headBucket(r -> r.bucket(root.bucket())));
    } catch (StorageException e) {
      throw e.failure();
    }
  }

  @Override
  public void prepare(String folder) throws TaskException {
    try (Probe probe = new Probe(folder + "/probe-" + UUID.randomUUID())) {
      if (probe.isOverwritten()) {
        throw TaskException.fatal(
            "sink.s3.url: the store behind "
                + root
                + " overwrites an object although it was asked not to (If-None-Match: *); use a"
                + " store, or a version of it, that keeps such conditions");
      }
    } catch (StorageException e) {
      throw e.failure();
    }
  }

  /** An object to try the store with. */
  private final class Probe implements AutoCloseable {

    private final String path;

    Probe(String path) {
      this.path = path;
    }

    boolean isOverwritten() throws StorageException {
      // Only the second answer tells: the first request may be repeated on its way, and find that
      // the object which it has made itself is there.
      var unused = mark(path);
      return mark(path);
    }

    @Override
    public void close() throws StorageException {
      delete(path);
    }
  }

  @Override
  public boolean exists(String path) throws StorageException {
    String key = root.below(path);
    return access.ask(
        "cannot read " + place(path),
        s3 ->
            head(s3, key).isPresent()
                || !s3.listObjectsV2(r -> r.bucket(root.bucket()).prefix(key + "/").maxKeys(1))
                    .contents()
                    .isEmpty());
  }

  private Optional<HeadObjectResponse> head(S3Client s3, String key) {
    try {
      return Optional.of(s3.headObject(r -> r.bucket(root.bucket()).key(key)));
    } catch (S3Exception e) {
      if (S3Errors.isMissing(e)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  @Override
  public Map<String, Long> files(String folder, String prefix) throws StorageException {
    return list(folder, prefix, "/");
  }

  @Override
  public Map<String, Long> below(String folder) throws StorageException {
    return list(folder, "", null);
  }

  private Map<String, Long> list(String folder, String prefix, String delimiter)
      throws StorageException {
    String base = base(folder);
    ListObjectsV2Request request =
        ListObjectsV2Request.builder()
            .bucket(root.bucket())
            .prefix(base + prefix)
            .delimiter(delimiter)
            .build();
    return access.ask(
        "cannot list " + place(folder),
        s3 -> {
          Map<String, Long> found = new TreeMap<>();
          for (S3Object o : s3.listObjectsV2Paginator(request).contents()) {
            String name = o.key().substring(base.length());
            if (!name.isEmpty()) {
              found.put(name, o.size());
            }
          }
          return found;
        });
  }

  private String base(String folder) {
    String key = root.below(folder);
    return key.isEmpty() ? "" : key + "/";
  }

  @Override
  public Map<String, Long> unfinished(String folder) throws StorageException {
    Map<String, Long> found = new TreeMap<>();
    String base = base(folder);
    uploads(folder).forEach(u -> found.put(u.key().substring(base.length()), 0L));
    return found;
  }

  private List<MultipartUpload> uploads(String folder) throws StorageException {
    String base = base(folder);
    ListMultipartUploadsRequest request =
        ListMultipartUploadsRequest.builder().bucket(root.bucket()).prefix(base).build();
    return access.ask(
        "cannot list uploads below " + place(folder),
        s3 ->
            s3.listMultipartUploadsPaginator(request).uploads().stream()
                .filter(u -> u.key().startsWith(base))
                .toList());
  }

  @Override
  public void drop(String folder, List<String> unfinished) throws StorageException {
    if (unfinished.isEmpty()) {
      return;
    }
    Set<String> names = Set.copyOf(unfinished);
    String base = base(folder);
    for (MultipartUpload u : uploads(folder)) {
      if (names.contains(u.key().substring(base.length()))) {
        abort(u.key(), u.uploadId());
      }
    }
  }

  private void abort(String key, String upload) throws StorageException {
    access.ask(
        "cannot end the upload of " + root.at(key),
        s3 -> {
          try {
            s3.abortMultipartUpload(r -> r.bucket(root.bucket()).key(key).uploadId(upload));
          } catch (S3Exception e) {
            if (!S3Errors.isMissing(e)) {
              throw e;
            }
          }
          return null;
        });
  }

  @Override
  public boolean mark(String path) throws StorageException {
    String key = root.below(path);
    return access.ask(
        "cannot write " + place(path),
        s3 -> {
          try {
            s3.putObject(
                r -> r.bucket(root.bucket()).key(key).ifNoneMatch(ANYTHING), RequestBody.empty());
            return true;
          } catch (S3Exception e) {
            if (S3Errors.isUnmet(e)) {
              return false;
            }
            throw e;
          }
        });
  }

  @Override
  public Optional<ChunkFile> create(String made, String finished) {
    return begun.add(finished)
        ? Optional.of(new S3Chunk(access, root.at(root.below(finished)), finished))
        : Optional.empty();
  }

  @Override
  public Optional<byte[]> read(String path) throws StorageException {
    return access.ask(
        "cannot read " + place(path),
        s3 -> {
          try {
            return Optional.of(
                s3.getObjectAsBytes(r -> r.bucket(root.bucket()).key(root.below(path)))
                    .asByteArray());
          } catch (S3Exception e) {
            if (S3Errors.isMissing(e)) {
              return Optional.empty();
            }
            throw e;
          }
        });
  }

  @Override
  public void write(String path, byte[] contents) throws StorageException {
    access.ask(
        "cannot write " + place(path),
        s3 ->
            s3.putObject(
                r -> r.bucket(root.bucket()).key(root.below(path)),
                RequestBody.fromBytes(contents)));
  }

  @Override
  public void delete(String path) throws StorageException {
    access.ask(
        "cannot remove " + place(path),
        s3 -> s3.deleteObject(r -> r.bucket(root.bucket()).key(root.below(path))));
  }

  @Override
  public void remove(String folder) throws StorageException {
    for (MultipartUpload u : uploads(folder)) {
      abort(u.key(), u.uploadId());
    }
    List<Callable<Void>> tasks = new ArrayList<>();
    for (String name : below(folder).keySet()) {
      tasks.add(
          () -> {
            delete(folder + "/" + name);
            return null;
          });
    }
    access.all("cannot remove " + place(folder), tasks);
  }

  /** An object that was copied keeps the mark of the chunk that it was written as. */
  @Override
  public boolean isPromoted(Move move) throws StorageException {
    return access.ask(
        "cannot read " + place(move.to()),
        s3 ->
            head(s3, root.below(move.to()))
                .map(o -> move.from().equals(o.metadata().get(S3Chunk.MARK)))
                .orElse(false));
  }

  @Override
  public void promote(List<Move> moves) throws StorageException {
    List<Callable<Void>> tasks = new ArrayList<>();
    for (Move m : moves) {
      tasks.add(
          () -> {
            copy(m);
            return null;
          });
    }
    access.all("cannot write below " + root, tasks);
  }

  private void copy(Move move) throws StorageException {
    access.ask(
        "cannot copy " + place(move.from()) + " to " + place(move.to()),
        s3 ->
            s3.copyObject(
                r ->
                    r.sourceBucket(root.bucket())
                        .sourceKey(root.below(move.from()))
                        .destinationBucket(root.bucket())
                        .destinationKey(root.below(move.to()))));
  }

  @Override
  public TaskException failure(String path, IOException e) {
    return e instanceof StorageException known
        ? known.failure()
        : new TaskException(
            FailureKind.TRANSIENT, "", "cannot write " + path + ": " + e.getMessage(), e);
  }

  @Override
  public void close() {
    access.close();
  }
}
