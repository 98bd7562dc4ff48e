package io.tidemark.core.sim;

import io.tidemark.core.digest.RowHash;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.LongStream;

/** The rows of a stream: row {@code n} is a number whose hash is taken of its eight bytes. */
final class SimSource {

  /** Domain of the digests. */
  static final String DOMAIN = "sim";

  private SimSource() {}

  static long hash(String stream, long row) {
    byte[] b = ByteBuffer.allocate(12).putInt(stream.hashCode()).putLong(row).array();
    return RowHash.of(b, 0, b.length);
  }

  /** The digest's sum over rows [from, to). */
  static long sum(String stream, long from, long to) {
    long sum = 0;
    for (long row = from; row < to; row++) {
      sum += hash(stream, row);
    }
    return sum;
  }

  /** Rows from [from, to) that every sink refuses: one of so many, or none if that is 0. */
  static List<Long> poison(String stream, long from, long to, int oneOf) {
    return oneOf == 0
        ? List.of()
        : LongStream.range(from, to)
            .filter(row -> Long.remainderUnsigned(hash(stream, row), oneOf) == 0)
            .boxed()
            .toList();
  }
}
