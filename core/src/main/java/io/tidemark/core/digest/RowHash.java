package io.tidemark.core.digest;

import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;

/**
 * The 64-bit hash of one row's bytes: XXH3 with seed 0. A digest is the sum of these modulo 2^64: a
 * sum and not an XOR, so that a row counted twice never cancels out.
 *
 * @see <a href="https://github.com/Cyan4973/xxHash">XXH3</a>
 */
public final class RowHash {

  private static final Hasher64 XXH3 = Hashing.xxh3_64();

  private RowHash() {}

  /** Hash of {@code length} bytes of {@code buffer} from {@code offset}. */
  public static long of(byte[] buffer, int offset, int length) {
    return XXH3.hashBytesToLong(buffer, offset, length);
  }
}
