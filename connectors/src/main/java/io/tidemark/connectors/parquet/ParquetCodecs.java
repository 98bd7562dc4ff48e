package io.tidemark.connectors.parquet;

import com.github.luben.zstd.Zstd;
import io.airlift.compress.Decompressor;
import io.airlift.compress.lz4.Lz4Decompressor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.GZIPInputStream;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.xerial.snappy.Snappy;

/**
 * Compression of Parquet pages, straight on the libraries. Parquet's own factory asks Hadoop's
 * Configuration for codecs, and that wants two dozen jars more; this also bounds what a damaged
 * page header can ask for. Stateless.
 *
 * <p>Reads UNCOMPRESSED, SNAPPY, GZIP, ZSTD and LZ4_RAW; writes the first two and ZSTD.
 */
public final class ParquetCodecs implements CompressionCodecFactory {

  private static final int ZSTD_LEVEL = 3;

  /** The largest page, bytes. */
  public static final int MOST = 256 << 20;

  private interface Operation {
    byte[] apply(byte[] bytes, int size) throws IOException;
  }

  @Override
  public BytesInputCompressor getCompressor(CompressionCodecName codec) {
    Operation compress =
        switch (codec) {
          case UNCOMPRESSED -> (bytes, size) -> bytes;
          case SNAPPY -> (bytes, size) -> Snappy.compress(bytes);
          case ZSTD -> (bytes, size) -> Zstd.compress(bytes, ZSTD_LEVEL);
          default -> throw unsupported(codec, "written");
        };
    return new Compressor(codec, compress);
  }

  @Override
  public BytesInputDecompressor getDecompressor(CompressionCodecName codec) {
    return new Inflater(
        switch (codec) {
          case UNCOMPRESSED -> (bytes, size) -> bytes;
          case SNAPPY -> ParquetCodecs::unsnappy;
          case GZIP -> ParquetCodecs::gunzip;
          case ZSTD -> ParquetCodecs::unzstd;
          case LZ4_RAW -> ParquetCodecs::unlz4;
          default -> throw unsupported(codec, "read");
        });
  }

  @Override
  public void release() {
    // Holds nothing.
  }

  private static UnsupportedOperationException unsupported(
      CompressionCodecName codec, String verb) {
    return new UnsupportedOperationException(
        "compression " + codec + " cannot be " + verb + "; there are ZSTD, SNAPPY, GZIP, LZ4_RAW");
  }

  private static byte[] unsnappy(byte[] bytes, int size) throws IOException {
    if (Snappy.uncompressedLength(bytes) != size) {
      throw new IOException("a page of another size than its header says");
    }
    return Snappy.uncompress(bytes);
  }

  private static byte[] gunzip(byte[] bytes, int size) throws IOException {
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
      return in.readNBytes(size);
    }
  }

  private static byte[] unzstd(byte[] bytes, int size) throws IOException {
    byte[] out = new byte[size];
    long n = Zstd.decompressByteArray(out, 0, size, bytes, 0, bytes.length);
    if (Zstd.isError(n)) {
      throw new IOException("zstd: " + Zstd.getErrorName(n));
    }
    return n == size ? out : java.util.Arrays.copyOf(out, (int) n);
  }

  private static byte[] unlz4(byte[] bytes, int size) {
    Decompressor lz4 = new Lz4Decompressor();
    byte[] out = new byte[size];
    int n = lz4.decompress(bytes, 0, bytes.length, out, 0, size);
    return n == size ? out : java.util.Arrays.copyOf(out, n);
  }

  private static byte[] array(BytesInput bytes) throws IOException {
    return bytes.toInputStream().readAllBytes();
  }

  private record Compressor(CompressionCodecName codec, Operation operation)
      implements BytesInputCompressor {

    @Override
    public BytesInput compress(BytesInput bytes) throws IOException {
      return BytesInput.from(operation.apply(array(bytes), 0));
    }

    @Override
    public CompressionCodecName getCodecName() {
      return codec;
    }

    @Override
    public void release() {
      // Holds nothing.
    }
  }

  private record Inflater(Operation operation) implements BytesInputDecompressor {

    @Override
    public BytesInput decompress(BytesInput bytes, int size) throws IOException {
      return BytesInput.from(inflate(array(bytes), size));
    }

    @Override
    public void decompress(ByteBuffer in, int compressed, ByteBuffer out, int size)
        throws IOException {
      byte[] bytes = new byte[compressed];
      in.get(bytes);
      out.put(inflate(bytes, size));
    }

    private byte[] inflate(byte[] bytes, int size) throws IOException {
      if (size < 0 || size > MOST) {
        throw new IOException("a page of " + size + " bytes; at most " + MOST + " are read");
      }
      byte[] out = operation.apply(bytes, size);
      if (out.length != size) {
        throw new IOException("a page of " + out.length + " bytes, its header says " + size);
      }
      return out;
    }

    @Override
    public void release() {
      // Holds nothing.
    }
  }
}
