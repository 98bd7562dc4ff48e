package io.tidemark.core.sim;

import io.tidemark.core.digest.RowHash;
import java.nio.ByteBuffer;

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
}
