package io.tidemark.connectors.file;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.Schema;

/**
 * An open Avro container file: its header, and its blocks one after the other. A block is a count
 * of rows, a length, the rows, and the file's sync marker, which no block holds by chance: so a
 * block can be found from anywhere. Every failure of its contents is an IOException that says what
 * is wrong. Used by one thread.
 */
final class AvroContainer implements AutoCloseable {

  private static final int SYNC = 16;
  private static final byte[] MAGIC = {'O', 'b', 'j', 1};
  private static final int LONGEST_NUMBER = 10;

  // Rows without bytes are possible, and a damaged count of them would keep a reader for ever.
  private static final long MOST_ROWS_WITHOUT_BYTES = 1 << 20;

  private final ByteWindow window;
  private final long size;
  private final Map<String, byte[]> meta;
  private final byte[] sync;
  private final AvroCodecs codec;
  private final long data;
  private int position;

  /**
   * A block.
   *
   * @param rows how many it holds
   * @param from where its contents lie in the window
   * @param length bytes, as they stand in the file
   */
  private record Block(long rows, int from, int length) {}

  AvroContainer(SourceFile file) throws IOException {
    this.window = new ByteWindow(file, 0, file.size());
    this.size = file.size();
    try {
      for (byte b : MAGIC) {
        if (next() != b) {
          throw new IOException("it does not begin as an Avro file does");
        }
      }
      this.meta = meta();
      this.sync = bytes(SYNC);
      this.codec =
          AvroCodecs.of(
              new String(meta.getOrDefault("avro.codec", new byte[0]), StandardCharsets.UTF_8));
      this.data = position;
    } catch (IOException | RuntimeException e) {
      window.close();
      throw e;
    }
  }

  /**
   * The schema of its rows.
   *
   * @throws IOException if there is none
   */
  Schema schema() throws IOException {
    byte[] json = meta.get("avro.schema");
    if (json == null) {
      throw new IOException("its header has no schema");
    }
    return new Schema.Parser().parse(new String(json, StandardCharsets.UTF_8));
  }

  /** Where the first block begins. */
  long data() {
    return data;
  }

  /** Goes to the block that begins there. */
  void seek(long offset) {
    window.seek(offset);
    position = 0;
  }

  /** Where the next block begins. */
  long offset() {
    return window.offset();
  }

  /** The end of the first sync marker that ends at {@code from} or behind; the file's end else. */
  long syncBehind(long from) throws IOException {
    window.seek(from - SYNC);
    int p = 0;
    while (true) {
      while (p + SYNC > window.available()) {
        window.advance(p);
        p = 0;
        if (!window.fill()) {
          return size;
        }
      }
      if (isSync(p)) {
        return window.offset() + p + SYNC;
      }
      p++;
    }
  }

  private boolean isSync(int at) {
    for (int i = 0; i < SYNC; i++) {
      if (window.at(at + i) != sync[i]) {
        return false;
      }
    }
    return true;
  }

  /** Rows of the block that begins here, and how many bytes it takes up in all. */
  long[] look(long end) throws IOException {
    Block block = header(end);
    return new long[] {block.rows(), block.from() + (long) block.length() + SYNC};
  }

  /** Passes over the block that begins here; its rows. */
  long skip(long end) throws IOException {
    Block block = header(end);
    need(block);
    end(block);
    return block.rows();
  }

  /**
   * Reads the block that begins here.
   *
   * @param end where the blocks that are wanted end: it must end there or before
   * @param rows takes how many rows it holds
   * @return them, inflated
   */
  byte[] read(long end, long[] rows) throws IOException {
    Block block = header(end);
    need(block);
    position = block.from();
    byte[] bytes = codec.inflate(bytes(block.length()));
    if (block.rows() > Math.max(bytes.length, MOST_ROWS_WITHOUT_BYTES)) {
      throw new IOException("a block of " + block.rows() + " rows in " + bytes.length + " bytes");
    }
    end(block);
    rows[0] = block.rows();
    return bytes;
  }

  private Block header(long end) throws IOException {
    position = 0;
    long rows = number();
    long length = number();
    if (rows < 0 || length < 0 || length > end - offset() - position - SYNC) {
      throw new IOException(
          "a block of %d rows in %d bytes at byte %d, and %d are left"
              .formatted(rows, length, offset(), end - offset()));
    }
    if (length > AvroCodecs.MOST) {
      throw new IOException("a block of " + length + " bytes; at most 256 MB are read");
    }
    return new Block(rows, position, (int) length);
  }

  private void need(Block block) throws IOException {
    while (window.available() < block.from() + block.length() + SYNC) {
      if (!window.fill()) {
        throw new IOException("it ends within a block");
      }
    }
  }

  private void end(Block block) throws IOException {
    int behind = block.from() + block.length();
    if (!isSync(behind)) {
      throw new IOException(
          "the block at byte " + offset() + " does not end with the file's sync marker");
    }
    window.advance(behind + SYNC);
    position = 0;
  }

  private Map<String, byte[]> meta() throws IOException {
    Map<String, byte[]> found = new HashMap<>();
    for (long count = number(); count != 0; count = number()) {
      if (count < 0) {
        number();
        count = -count;
      }
      for (long i = 0; i < count; i++) {
        String key = new String(bytes(number()), StandardCharsets.UTF_8);
        found.put(key, bytes(number()));
      }
    }
    return found;
  }

  private byte next() throws IOException {
    if (position == window.available() && !window.fill()) {
      throw new IOException("it ends too early");
    }
    return window.at(position++);
  }

  private long number() throws IOException {
    long zigzag = 0;
    for (int i = 0; i < LONGEST_NUMBER; i++) {
      byte b = next();
      zigzag |= (b & 0x7FL) << (7 * i);
      if (b >= 0) {
        return (zigzag >>> 1) ^ -(zigzag & 1);
      }
    }
    throw new IOException("a number is longer than " + LONGEST_NUMBER + " bytes");
  }

  private byte[] bytes(long length) throws IOException {
    if (length < 0 || length > size - offset() - position) {
      throw new IOException("a length of " + length + " reaches beyond its end");
    }
    while (window.available() < position + length) {
      if (!window.fill()) {
        throw new IOException("it ends too early");
      }
    }
    byte[] out =
        java.util.Arrays.copyOfRange(
            window.buffer(), window.start() + position, window.start() + position + (int) length);
    position += (int) length;
    return out;
  }

  @Override
  public void close() {
    window.close();
  }
}
