package io.tidemark.connectors.s3;

import io.tidemark.connectors.file.FileBytes;
import io.tidemark.connectors.file.SourceFile;
import io.tidemark.connectors.file.StorageException;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.FailureKind;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Future;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * One version of an object, read by ranges. Who reads on and on gets ranges that grow up to {@value
 * #RANGE} bytes, {@value #AHEAD} of them ahead; who jumps about gets small ones. What is
 * {@linkplain #expect expected} is fetched in parallel and held until something else is.
 */
final class S3Bytes implements FileBytes {

  /** The largest range, bytes. */
  static final int RANGE = 4 << 20;

  /** Ranges that are fetched ahead of the one that is read. */
  static final int AHEAD = 2;

  private static final int FIRST = 256 << 10;

  private record Range(long from, int length, Future<byte[]> bytes) {
    boolean contains(long at) {
      return at >= from && at < end();
    }

    long end() {
      return from + length;
    }
  }

  private final S3Access access;
  private final S3Url url;
  private final String etag;
  private final SourceFile file;
  private final Deque<Range> ahead = new ArrayDeque<>();
  private final List<Range> expected = new ArrayList<>();
  private long end;
  private int length = FIRST;

  S3Bytes(S3Access access, S3Url url, String etag, SourceFile file) {
    this.access = access;
    this.url = url;
    this.etag = etag;
    this.file = file;
    this.end = file.size();
  }

  @Override
  public void until(long to) {
    end = Math.min(to, file.size());
  }

  @Override
  public int read(ByteBuffer into, long at) throws StorageException {
    if (at >= file.size()) {
      return -1;
    }
    for (Range r : expected) {
      if (r.contains(at)) {
        return copy(r, at, into);
      }
    }
    return copy(range(at), at, into);
  }

  private Range range(long at) {
    long last = ahead.isEmpty() ? -1 : ahead.peekLast().end();
    boolean goesOn = at == last;
    while (!ahead.isEmpty() && !ahead.peek().contains(at)) {
      ahead.remove().bytes().cancel(true);
      goesOn |= !ahead.isEmpty() && ahead.peek().contains(at);
    }
    long limit = at < end ? end : file.size();
    if (ahead.isEmpty()) {
      length = goesOn ? grown() : FIRST;
      ahead.add(start(at, limit));
    }
    while (goesOn && ahead.size() <= AHEAD && ahead.peekLast().end() < limit) {
      length = grown();
      ahead.add(start(ahead.peekLast().end(), limit));
    }
    return ahead.peek();
  }

  private int grown() {
    return Math.min(RANGE, 2 * length);
  }

  private Range start(long from, long limit) {
    int bytes = (int) Math.min(length, limit - from);
    return new Range(from, bytes, access.start(() -> get(from, bytes)));
  }

  private int copy(Range range, long at, ByteBuffer into) throws StorageException {
    byte[] bytes = S3Access.await("cannot read " + url, range.bytes());
    int offset = (int) (at - range.from());
    int n = Math.min(into.remaining(), bytes.length - offset);
    into.put(bytes, offset, n);
    return n;
  }

  private byte[] get(long from, int bytes) throws StorageException {
    ResponseBytes<GetObjectResponse> got =
        access.ask(
            "cannot read " + url,
            s3 -> {
              try {
                return s3.getObjectAsBytes(
                    r ->
                        r.bucket(url.bucket())
                            .key(url.key())
                            .ifMatch(etag)
                            .range("bytes=" + from + "-" + (from + bytes - 1)));
              } catch (S3Exception e) {
                if (S3Errors.isUnmet(e)) {
                  return null;
                }
                throw e;
              }
            });
    if (got == null) {
      throw new StorageException(file.changed("; now it is another version"));
    }
    byte[] array = got.asByteArrayUnsafe();
    if (array.length != bytes) {
      throw new StorageException(
          new TaskException(
              FailureKind.TRANSIENT,
              "SHORT",
              "cannot read %s: %d bytes came of %d".formatted(url, array.length, bytes),
              null));
    }
    return array;
  }

  @Override
  public void expect(long from, long to) {
    drop();
    length = RANGE;
    for (long at = from; at < to; at = expected.getLast().end()) {
      expected.add(start(at, to));
    }
    length = FIRST;
  }

  private void drop() {
    for (Range r : ahead) {
      r.bytes().cancel(true);
    }
    for (Range r : expected) {
      r.bytes().cancel(true);
    }
    ahead.clear();
    expected.clear();
  }

  @Override
  public void close() {
    drop();
  }
}
