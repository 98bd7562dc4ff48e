package io.tidemark.connectors.file;

import com.github.luben.zstd.ZstdInputStream;
import io.tidemark.connectors.columns.Shown;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import org.xerial.snappy.Snappy;

/**
 * Compression of an Avro file's blocks: null, deflate, snappy and zstandard. Avro's own classes
 * would inflate whatever a damaged block asks for.
 */
enum AvroCodecs {
  NULL,
  DEFLATE,
  SNAPPY,
  ZSTANDARD;

  /** The largest block, inflated, bytes. */
  static final int MOST = 256 << 20;

  private static final int CHECKSUM = 4;

  /**
   * The codec of that name, as a file's header has it; none means null.
   *
   * @throws IOException if there is none that is read
   */
  static AvroCodecs of(String name) throws IOException {
    return switch (name) {
      case "", "null" -> NULL;
      case "deflate" -> DEFLATE;
      case "snappy" -> SNAPPY;
      case "zstandard" -> ZSTANDARD;
      default ->
          throw new IOException(
              "codec '"
                  + Shown.text(name)
                  + "' is not read; there are null, deflate, snappy, zstandard");
    };
  }

  /**
   * Inflates a block.
   *
   * @throws IOException if it is damaged, or larger than {@link #MOST}
   */
  byte[] inflate(byte[] block) throws IOException {
    return switch (this) {
      case NULL -> block;
      case DEFLATE -> {
        Inflater inflater = new Inflater(true);
        try {
          yield bounded(new InflaterInputStream(new ByteArrayInputStream(block), inflater));
        } finally {
          inflater.end();
        }
      }
      case SNAPPY -> unsnappy(block);
      case ZSTANDARD -> bounded(new ZstdInputStream(new ByteArrayInputStream(block)));
    };
  }

  private static byte[] bounded(InputStream inflated) throws IOException {
    try (inflated) {
      byte[] bytes = inflated.readNBytes(MOST + 1);
      refuse(bytes.length);
      return bytes;
    }
  }

  private static byte[] unsnappy(byte[] block) throws IOException {
    int length = block.length - CHECKSUM;
    if (length < 0) {
      throw new IOException("a snappy block without a checksum");
    }
    refuse(Snappy.uncompressedLength(block, 0, length));
    byte[] bytes = new byte[Snappy.uncompressedLength(block, 0, length)];
    int n = Snappy.uncompress(block, 0, length, bytes, 0);
    CRC32 sum = new CRC32();
    sum.update(bytes, 0, n);
    if (n != bytes.length || (int) sum.getValue() != ByteBuffer.wrap(block).getInt(length)) {
      throw new IOException("a snappy block whose checksum is wrong");
    }
    return bytes;
  }

  private static void refuse(int size) throws IOException {
    if (size < 0 || size > MOST) {
      throw new IOException("a block of more than " + MOST + " bytes when inflated");
    }
  }
}
