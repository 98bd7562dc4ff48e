package io.tidemark.connectors.kafka;

import io.tidemark.connectors.columns.BadValueException;
import io.tidemark.connectors.columns.Utf8Text;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.io.Decoder;
import org.apache.avro.util.Utf8;

/**
 * Reads Avro's binary form from the bytes of one record. Unlike Avro's own decoder it makes room
 * for no more than there are bytes, whatever a damaged length says, and takes no text that is not
 * UTF-8.
 */
final class ValueDecoder extends Decoder {

  private static final int MOST_INT_BYTES = 5;
  private static final int MOST_LONG_BYTES = 10;

  private final byte[] bytes;
  private int at;

  ValueDecoder(byte[] bytes, int from) {
    this.bytes = bytes;
    this.at = from;
  }

  boolean isEnd() {
    return at == bytes.length;
  }

  private int remaining() {
    return bytes.length - at;
  }

  private int take(long length) throws EOFException {
    if (length < 0 || length > remaining()) {
      throw new EOFException(length + " bytes are announced, and " + remaining() + " are left");
    }
    int from = at;
    at += (int) length;
    return from;
  }

  private long varint(int most) throws IOException {
    long value = 0;
    for (int i = 0; i < most; i++) {
      byte b = bytes[take(1)];
      value |= (long) (b & 0x7F) << (7 * i);
      if (b >= 0) {
        return (value >>> 1) ^ -(value & 1);
      }
    }
    throw new IOException("a number of more than " + most + " bytes");
  }

  @Override
  public void readNull() {}

  @Override
  public boolean readBoolean() throws IOException {
    return bytes[take(1)] == 1;
  }

  @Override
  public int readInt() throws IOException {
    return (int) varint(MOST_INT_BYTES);
  }

  @Override
  public long readLong() throws IOException {
    return varint(MOST_LONG_BYTES);
  }

  @Override
  public float readFloat() throws IOException {
    return Float.intBitsToFloat((int) littleEndian(Float.BYTES));
  }

  @Override
  public double readDouble() throws IOException {
    return Double.longBitsToDouble(littleEndian(Double.BYTES));
  }

  private long littleEndian(int length) throws IOException {
    int from = take(length);
    long value = 0;
    for (int i = length - 1; i >= 0; i--) {
      value = value << 8 | (bytes[from + i] & 0xFF);
    }
    return value;
  }

  @Override
  public Utf8 readString(Utf8 old) throws IOException {
    long length = readLong();
    int from = take(length);
    try {
      Utf8Text.check(bytes, from, (int) length);
    } catch (BadValueException e) {
      throw new AvroRuntimeException("a text " + e.getMessage(), e);
    }
    return new Utf8(Arrays.copyOfRange(bytes, from, from + (int) length));
  }

  @Override
  public String readString() throws IOException {
    return readString(null).toString();
  }

  @Override
  public void skipString() throws IOException {
    take(readLong());
  }

  @Override
  public ByteBuffer readBytes(ByteBuffer old) throws IOException {
    long length = readLong();
    int from = take(length);
    return ByteBuffer.wrap(Arrays.copyOfRange(bytes, from, from + (int) length));
  }

  @Override
  public void skipBytes() throws IOException {
    take(readLong());
  }

  @Override
  public void readFixed(byte[] into, int start, int length) throws IOException {
    System.arraycopy(bytes, take(length), into, start, length);
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

  // Each item takes a byte at least, but for those of type null, which nobody makes arrays of.
  private long items() throws IOException {
    long count = readLong();
    if (count < 0) {
      // The block's size in bytes, for those who skip it.
      readLong();
      count = -count;
    }
    if (count < 0 || count > remaining()) {
      throw new EOFException(
          count + " items are announced, and " + remaining() + " bytes are left");
    }
    return count;
  }

  private long skipped() throws IOException {
    long count = readLong();
    while (count < 0) {
      take(readLong());
      count = readLong();
    }
    if (count > remaining()) {
      throw new EOFException(
          count + " items are announced, and " + remaining() + " bytes are left");
    }
    return count;
  }

  @Override
  public long readArrayStart() throws IOException {
    return items();
  }

  @Override
  public long arrayNext() throws IOException {
    return items();
  }

  @Override
  public long skipArray() throws IOException {
    return skipped();
  }

  @Override
  public long readMapStart() throws IOException {
    return items();
  }

  @Override
  public long mapNext() throws IOException {
    return items();
  }

  @Override
  public long skipMap() throws IOException {
    return skipped();
  }
}
