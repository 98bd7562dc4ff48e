package io.tidemark.connectors.jdbc;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Builds tuples of COPY's binary format: int16 count of fields, then for each an int32 length (-1:
 * NULL) and its bytes. Its buffer is reused.
 */
final class CopyBinary {

  private byte[] bytes = new byte[1 << 16];
  private int length;

  byte[] buffer() {
    return bytes;
  }

  int length() {
    return length;
  }

  void clear() {
    length = 0;
  }

  /** Begins a tuple. */
  void tuple(int fields) {
    int16(fields);
  }

  void nullField() {
    int32(-1);
  }

  /** A field of a fixed size. */
  void field16(int value) {
    int32(Short.BYTES);
    int16(value);
  }

  void field32(int value) {
    int32(Integer.BYTES);
    int32(value);
  }

  void field64(long value) {
    int32(Long.BYTES);
    int64(value);
  }

  void field(byte[] value, int offset, int size) {
    int32(size);
    raw(value, offset, size);
  }

  void field(ByteBuffer value) {
    int size = value.remaining();
    int32(size);
    reserve(size);
    value.get(value.position(), bytes, length, size);
    length += size;
  }

  // What fields are made of, behind the length.

  void int8(int value) {
    reserve(1);
    bytes[length++] = (byte) value;
  }

  void int16(int value) {
    reserve(Short.BYTES);
    BigEndian.put16(bytes, length, value);
    length += Short.BYTES;
  }

  void int32(int value) {
    reserve(Integer.BYTES);
    BigEndian.put32(bytes, length, value);
    length += Integer.BYTES;
  }

  void int64(long value) {
    reserve(Long.BYTES);
    BigEndian.put64(bytes, length, value);
    length += Long.BYTES;
  }

  void raw(byte[] value, int offset, int size) {
    reserve(size);
    System.arraycopy(value, offset, bytes, length, size);
    length += size;
  }

  private void reserve(int more) {
    if (length + more > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(length + more, bytes.length * 2));
    }
  }
}
