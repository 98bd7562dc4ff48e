package io.tidemark.connectors.jdbc;

import io.tidemark.core.retry.TaskException;
import java.util.Arrays;

/**
 * Cuts a binary COPY stream, fed in pieces of any size, into tuples. A tuple that lies within one
 * piece is handed on without being copied; the rest go through one buffer that is reused.
 */
final class BinaryTuples {

  /** Takes a tuple: {@code length} bytes from {@code offset}, valid during the call. */
  interface Taker {
    void tuple(byte[] buffer, int offset, int length) throws TaskException;
  }

  /** What a stream starts with: signature, no flags, no header extension. */
  static final byte[] HEADER = {
    'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xff, '\r', '\n', 0, 0, 0, 0, 0, 0, 0, 0, 0
  };

  private static final int SIGNATURE = 11;
  private static final int INCOMPLETE = -1;

  private final Taker taker;
  private byte[] carry = new byte[8192];
  private int carried;
  private boolean headed;
  private boolean ended;
  private long count;

  BinaryTuples(Taker taker) {
    this.taker = taker;
  }

  /** Tuples handed on so far. */
  long count() {
    return count;
  }

  /** Whether the stream's end mark was seen, and nothing is left over. */
  boolean complete() {
    return ended && carried == 0;
  }

  /** Takes the next piece of the stream. */
  void feed(byte[] piece, int length) throws TaskException {
    if (carried == 0) {
      int used = cut(piece, length);
      keep(piece, used, length - used);
    } else {
      keep(piece, 0, length);
      int used = cut(carry, carried);
      System.arraycopy(carry, used, carry, 0, carried - used);
      carried -= used;
    }
  }

  private void keep(byte[] piece, int offset, int length) {
    if (carried + length > carry.length) {
      carry = Arrays.copyOf(carry, Math.max(carried + length, carry.length * 2));
    }
    System.arraycopy(piece, offset, carry, carried, length);
    carried += length;
  }

  // Returns how many bytes were used up.
  private int cut(byte[] b, int length) throws TaskException {
    int at = 0;
    if (!headed) {
      at = header(b, length);
      if (at == 0) {
        return 0;
      }
      headed = true;
    }
    while (!ended) {
      if (length - at < 2) {
        return at;
      }
      int fields = BigEndian.int16(b, at);
      if (fields == -1) {
        ended = true;
        return at + 2;
      }
      int end = end(b, at + 2, length, fields);
      if (end == INCOMPLETE) {
        return at;
      }
      taker.tuple(b, at, end - at);
      count++;
      at = end;
    }
    return at;
  }

  /** Where the whole tuple that begins at {@code at} ends. */
  static int end(byte[] b, int at) {
    return end(b, at + Short.BYTES, b.length, BigEndian.int16(b, at));
  }

  private static int end(byte[] b, int from, int length, int fields) {
    int at = from;
    for (int i = 0; i < fields; i++) {
      if (length - at < 4) {
        return INCOMPLETE;
      }
      int size = BigEndian.int32(b, at);
      at += 4;
      if (size > 0) {
        if (length - at < size) {
          return INCOMPLETE;
        }
        at += size;
      }
    }
    return at;
  }

  private static int header(byte[] b, int length) {
    if (length < HEADER.length) {
      return 0;
    }
    if (!Arrays.equals(b, 0, SIGNATURE, HEADER, 0, SIGNATURE)) {
      throw new IllegalStateException("not a binary COPY stream");
    }
    int extension = BigEndian.int32(b, HEADER.length - 4);
    return length < HEADER.length + extension ? 0 : HEADER.length + extension;
  }
}
