package io.tidemark.connectors.file;

import io.tidemark.connectors.api.ChunkReader;
import io.tidemark.connectors.api.PlannedSlice;
import io.tidemark.connectors.api.RowFormat;
import io.tidemark.connectors.api.Rows;
import io.tidemark.connectors.api.Source;
import io.tidemark.connectors.parquet.ParquetCodecs;
import io.tidemark.core.chunking.ChunkSize;
import io.tidemark.core.lifecycle.Cursor;
import io.tidemark.core.retry.TaskException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.parquet.avro.AvroParquetWriter;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;

/**
 * Makes {@code examples/data/flights-sample.parquet}: the leading rows of a larger file, in several
 * row groups. Not a test; see {@code examples/data/README.md} for the command.
 */
final class MakeSample {

  private static final int ROW_GROUP = 50_000;

  private MakeSample() {}

  /** Arguments: the file to take from, the file to make, and how many rows. */
  public static void main(String[] args) throws TaskException, IOException {
    int left = Integer.parseInt(args[2]);
    try (Source source = Fixture.source(Path.of(args[0]), "'format': 'parquet'");
        ParquetWriter<GenericRecord> writer =
            AvroParquetWriter.<GenericRecord>builder(new LocalOutputFile(Path.of(args[1])))
                .withConf(new PlainParquetConfiguration())
                .withDataModel(GenericData.get())
                .withSchema(source.shape().schema())
                .withCodecFactory(new ParquetCodecs())
                .withCompressionCodec(CompressionCodecName.ZSTD)
                .withRowGroupRowCountLimit(ROW_GROUP)
                .build()) {
      for (PlannedSlice slice : Fixture.slices(source)) {
        Copied rows = new Copied(writer);
        if (left > 0) {
          try (ChunkReader reader = source.open(slice.slice(), RowFormat.RECORDS)) {
            reader.read(Cursor.START, new ChunkSize(left, Long.MAX_VALUE), rows);
          }
        }
        left -= rows.count;
      }
    }
  }

  private static final class Copied implements Rows {
    private final ParquetWriter<GenericRecord> writer;
    private int count;

    Copied(ParquetWriter<GenericRecord> writer) {
      this.writer = writer;
    }

    @Override
    public void record(GenericRecord row) {
      try {
        writer.write(row);
        count++;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void refused(GenericRecord row, TaskException why) throws TaskException {
      throw why;
    }

    @Override
    public void bytes(byte[] buffer, int offset, int length) {
      throw new IllegalStateException("records were agreed on");
    }
  }
}
