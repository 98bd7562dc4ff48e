package io.tidemark.connectors.file;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import org.apache.avro.Schema;
import org.apache.avro.file.CodecFactory;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;

/** An Avro container file of rows as they travel, with their own schema. */
final class AvroRowFile implements RowFile {

  private static final int ZSTD_LEVEL = 3;

  private final DataFileWriter<GenericRecord> writer;

  AvroRowFile(FileOutput out, Schema schema, CompressionCodecName compression) throws IOException {
    this.writer = new DataFileWriter<>(new GenericDatumWriter<>(schema, new GenericData()));
    writer.setCodec(codec(compression));
    writer.create(schema, new Open(out));
  }

  private static CodecFactory codec(CompressionCodecName compression) {
    return switch (compression) {
      case ZSTD -> CodecFactory.zstandardCodec(ZSTD_LEVEL);
      case SNAPPY -> CodecFactory.snappyCodec();
      case UNCOMPRESSED -> CodecFactory.nullCodec();
      default -> throw new IllegalArgumentException("never set: " + compression);
    };
  }

  @Override
  public void write(GenericRecord row) throws IOException {
    writer.append(row);
  }

  @Override
  public void end() throws IOException {
    writer.close();
  }

  // The file is closed by its owner, who has yet to make the disk keep it.
  private static final class Open extends FilterOutputStream {

    Open(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length);
    }

    @Override
    public void close() throws IOException {
      flush();
    }
  }
}
