package io.tidemark.connectors.s3;

import io.tidemark.connectors.file.ChunkFile;
import io.tidemark.connectors.file.FileOutput;
import io.tidemark.connectors.file.StorageException;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.FailureKind;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * A chunk as an object: one PUT up to {@value #PART} bytes, an upload in parts of that size above,
 * {@value #AT_ONCE} at a time. It is there when the PUT, or the upload's completion, has been
 * answered, and never in part. What is sent carries its MD5, so that the store refuses what was
 * damaged on its way.
 */
final class S3Chunk extends FileOutput implements ChunkFile {

  /** Bytes of a part. */
  static final int PART = 8 << 20;

  /** Parts that are on their way while the next is filled. */
  static final int AT_ONCE = 2;

  /** The metadata that tells which chunk an object was written as. */
  static final String MARK = "tidemark-chunk";

  private static final int FIRST = 64 << 10;
  private static final Logger log = LoggerFactory.getLogger(S3Chunk.class);

  private final S3Access access;
  private final S3Url url;
  private final String chunk;
  private final List<CompletedPart> parts = new ArrayList<>();
  private final Deque<Future<CompletedPart>> sending = new ArrayDeque<>();
  private byte[] buffer = new byte[FIRST];
  private int used;
  private long sent;
  private int number;
  private String upload;
  private boolean published;

  /**
   * @param chunk its path below the sink's place
   */
  S3Chunk(S3Access access, S3Url url, String chunk) {
    this.access = access;
    this.url = url;
    this.chunk = chunk;
  }

  @Override
  public String name() {
    return url.toString();
  }

  @Override
  public FileOutput output() {
    return this;
  }

  @Override
  public long position() {
    return sent + used;
  }

  @Override
  public void write(int b) throws IOException {
    room();
    buffer[used++] = (byte) b;
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    int done = 0;
    while (done < length) {
      room();
      int n = Math.min(length - done, buffer.length - used);
      System.arraycopy(bytes, offset + done, buffer, used, n);
      used += n;
      done += n;
    }
  }

  // For one byte at least.
  private void room() throws IOException {
    if (used < buffer.length) {
      return;
    }
    if (buffer.length < PART) {
      buffer = Arrays.copyOf(buffer, Math.min(PART, 4 * buffer.length));
    } else {
      send();
      buffer = new byte[PART];
    }
  }

  /** Sends the buffer as a part; it belongs to the request from then on. */
  private void send() throws IOException {
    if (upload == null) {
      upload =
          access.ask(
              "cannot write " + url,
              s3 ->
                  s3.createMultipartUpload(
                          r -> r.bucket(url.bucket()).key(url.key()).metadata(Map.of(MARK, chunk)))
                      .uploadId());
    }
    while (sending.size() >= AT_ONCE) {
      parts.add(arrived());
    }
    byte[] part = buffer;
    int length = used;
    number++;
    int n = number;
    sending.add(access.start(() -> part(access.client(), n, part, length)));
    sent += used;
    used = 0;
  }

  private CompletedPart part(S3Client s3, int n, byte[] bytes, int length) throws StorageException {
    String md5 = md5(bytes, length);
    try {
      String etag =
          s3.uploadPart(
                  r ->
                      r.bucket(url.bucket())
                          .key(url.key())
                          .uploadId(upload)
                          .partNumber(n)
                          .contentMD5(md5),
                  body(bytes, length))
              .eTag();
      return CompletedPart.builder().partNumber(n).eTag(etag).build();
    } catch (S3Exception e) {
      if (S3Errors.isMissing(e)) {
        throw new StorageException(
            new TaskException(
                FailureKind.TRANSIENT,
                "NoSuchUpload",
                "cannot write " + url + ": its upload was ended, as a newer claim does",
                e));
      }
      throw e;
    }
  }

  private CompletedPart arrived() throws StorageException {
    return S3Access.await("cannot write " + url, sending.remove());
  }

  @Override
  public void finish() throws IOException {
    if (upload != null) {
      send();
      buffer = new byte[0];
      while (!sending.isEmpty()) {
        parts.add(arrived());
      }
    }
  }

  @Override
  public long publish() throws IOException {
    try {
      if (upload == null) {
        String md5 = md5(buffer, used);
        access
            .client()
            .putObject(
                r ->
                    r.bucket(url.bucket())
                        .key(url.key())
                        .metadata(Map.of(MARK, chunk))
                        .contentMD5(md5)
                        .ifNoneMatch("*"),
                body(buffer, used));
      } else {
        access
            .client()
            .completeMultipartUpload(
                r ->
                    r.bucket(url.bucket())
                        .key(url.key())
                        .uploadId(upload)
                        .ifNoneMatch("*")
                        .multipartUpload(m -> m.parts(parts)));
      }
    } catch (S3Exception e) {
      throw unpublished(e);
    } catch (software.amazon.awssdk.core.exception.SdkException e) {
      throw new StorageException(S3Errors.of("cannot write " + url, e));
    }
    published = true;
    return position();
  }

  private IOException unpublished(S3Exception e) {
    if (S3Errors.isMissing(e)) {
      // A newer claim has ended it.
      NoSuchFileException gone = new NoSuchFileException(url.toString());
      gone.initCause(e);
      return gone;
    }
    if (S3Errors.isUnmet(e)) {
      // An answer that was lost, or another writer of the same claim: this chunk gets another name.
      return new StorageException(
          new TaskException(
              FailureKind.TRANSIENT, "TAKEN", "cannot write " + url + ": the name is taken", e));
    }
    return new StorageException(S3Errors.of("cannot write " + url, e));
  }

  @Override
  public void close() throws IOException {
    if (published || upload == null) {
      return;
    }
    // A part that arrived behind the end of its upload could stay for ever.
    while (!sending.isEmpty()) {
      try {
        arrived();
      } catch (StorageException e) {
        log.debug("a part of an upload that is dropped did not arrive", e);
      }
    }
    access.ask(
        "cannot end the upload of " + url,
        s3 -> s3.abortMultipartUpload(r -> r.bucket(url.bucket()).key(url.key()).uploadId(upload)));
    upload = null;
  }

  private static RequestBody body(byte[] bytes, int length) {
    return RequestBody.fromContentProvider(
        () -> new ByteArrayInputStream(bytes, 0, length), length, "application/octet-stream");
  }

  private static String md5(byte[] bytes, int length) {
    try {
      MessageDigest md5 = MessageDigest.getInstance("MD5");
      md5.update(bytes, 0, length);
      return Base64.getEncoder().encodeToString(md5.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has MD5", e);
    }
  }
}
