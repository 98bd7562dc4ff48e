package io.tidemark.schemas.serde;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.avro.io.Decoder;
import org.apache.avro.util.Utf8;

/**
 * Avro's binary form, read from an array with every length checked against the bytes that are left:
 * a corrupt length can allocate no more than the record's own size. It differs from Avro's own
 * decoder in three points that matter here. Its limits are not process-wide settings. It refuses
 * what no encoder writes (malformed UTF-8, a boolean of 7), where Avro's would hand on something
 * else than was sent. And it leaves {@link #remainingBytes()} unknown: told how much is left,
 * Avro's readers compare it with the size of the <em>reader's</em> element type, and so reject an
 * old array whose element type has grown a field since.
 */
public final class BoundedDecoder extends Decoder {

  private final byte[] buffer;
  private int position;

  /** Reads from {@code position} to the end of the array, which is not copied. */
  public BoundedDecoder(byte[] buffer, int position) {
    this.buffer = buffer;
    this.position = position;
  }

  /** Bytes not read yet. */
  public int left() {
    return buffer.length - position;
  }

  @Override
  public void readNull() {}

  @Override
  public boolean readBoolean() throws IOException {
    byte b = next();
    if (b < 0 || b > 1) {
      throw new IOException("a boolean is neither 0 nor 1");
    }
    return b == 1;
  }

  @Override
  public int readInt() throws IOException {
    long value = readLong();
    if (value != (int) value) {
      throw new IOException("an int is out of range");
    }
    return (int) value;
  }

  @Override
  public long readLong() throws IOException {
    long zigzag = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      byte b = next();
      zigzag |= (b & 0x7FL) << shift;
      if (b >= 0) {
        return (zigzag >>> 1) ^ -(zigzag & 1);
      }
    }
    throw new IOException("a number is longer than 10 bytes");
  }

  @Override
  public float readFloat() throws IOException {
    int start = take(Float.BYTES);
    return Float.intBitsToFloat((int) littleEndian(start, Float.BYTES));
  }

  @Override
  public double readDouble() throws IOException {
    int start = take(Double.BYTES);
    return Double.longBitsToDouble(littleEndian(start, Double.BYTES));
  }

  @Override
  public String readString() throws IOException {
    int length = length();
    int start = take(length);
    String text = new String(buffer, start, length, StandardCharsets.UTF_8);
    // That replaced what is malformed by U+FFFD; a strict decoder tells this from one that was
    // sent.
    if (text.indexOf('\uFFFD') >= 0) {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(buffer, start, length));
    }
    return text;
  }

  @Override
  public Utf8 readString(Utf8 old) throws IOException {
    int length = length();
    int start = take(length);
    int all = 0;
    for (int i = start; i < position; i++) {
      all |= buffer[i];
    }
    // What is all ASCII needs no decoding to be known as UTF-8.
    if (all < 0) {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(buffer, start, length));
    }
    return new Utf8(Arrays.copyOfRange(buffer, start, position));
  }

  @Override
  public void skipString() throws IOException {
    take(length());
  }

  @Override
  public ByteBuffer readBytes(ByteBuffer old) throws IOException {
    byte[] bytes = new byte[length()];
    readFixed(bytes, 0, bytes.length);
    return ByteBuffer.wrap(bytes);
  }

  @Override
  public void skipBytes() throws IOException {
    take(length());
  }

  @Override
  public void readFixed(byte[] bytes, int start, int length) throws IOException {
    System.arraycopy(buffer, take(length), bytes, start, length);
  }

  @Override
  public void skipFixed(int length) throws IOException {
    take(length);
  }

  @Override
  public int readEnum() throws IOException {
    return readInt();
  }

  @Override
  public int readIndex() throws IOException {
    return readInt();
  }

  @Override
  public long readArrayStart() throws IOException {
    return blockCount();
  }

  @Override
  public long arrayNext() throws IOException {
    return blockCount();
  }

  @Override
  public long skipArray() throws IOException {
    return skipBlocks();
  }

  @Override
  public long readMapStart() throws IOException {
    return blockCount();
  }

  @Override
  public long mapNext() throws IOException {
    return blockCount();
  }

  @Override
  public long skipMap() throws IOException {
    return skipBlocks();
  }

  /**
   * Items in the next block; a negative count is followed by the block's size in bytes, which only
   * skipping needs.
   */
  private long blockCount() throws IOException {
    long count = readLong();
    if (count < 0) {
      length();
      count = -count;
    }
    return checkedCount(count);
  }

  /** Skips the blocks that tell their size; the item count of the first that does not, or 0. */
  private long skipBlocks() throws IOException {
    long count = readLong();
    while (count < 0) {
      take(length());
      count = readLong();
    }
    return checkedCount(count);
  }

  /** Every item of our schemas takes at least a byte (a test holds them to that). */
  private long checkedCount(long count) throws IOException {
    if (count < 0 || count > left()) {
      throw new EOFException("a list claims more items than there are bytes left");
    }
    return count;
  }

  private int length() throws IOException {
    long length = readLong();
    if (length < 0 || length > left()) {
      throw new EOFException("a length is negative or beyond the end of the record");
    }
    return (int) length;
  }

  private byte next() throws IOException {
    return buffer[take(1)];
  }

  /** Passes over {@code length} bytes; where they start. */
  private int take(int length) throws IOException {
    if (length > left()) {
      throw new EOFException("the record ends early");
    }
    int start = position;
    position += length;
    return start;
  }

  private long littleEndian(int start, int bytes) {
    long value = 0;
    for (int i = bytes - 1; i >= 0; i--) {
      value = (value << 8) | (buffer[start + i] & 0xFF);
    }
    return value;
  }
}
