package io.tidemark.connectors.file;

import io.tidemark.connectors.parquet.ParquetCodecs;
import java.io.IOException;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.avro.AvroWriteSupport;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.OutputFile;

/**
 * Parquet with page checksums, row groups of {@value #ROW_GROUP} bytes at most, and true column
 * names.
 */
final class ParquetRowFile implements RowFile {

  private static final long ROW_GROUP = 64L << 20;

  private final ParquetWriter<GenericRecord> writer;

  /**
   * @param rowsPerGroup rows of a row group at most
   */
  ParquetRowFile(FileOutput out, Schema schema, CompressionCodecName codec, int rowsPerGroup)
      throws IOException {
    this.writer =
        new Builder(out.outputFile(), schema)
            .withConf(ParquetSchemas.configuration())
            .withCodecFactory(new ParquetCodecs())
            .withCompressionCodec(codec)
            .withRowGroupSize(ROW_GROUP)
            .withRowGroupRowCountLimit(rowsPerGroup)
            .withPageWriteChecksumEnabled(true)
            .build();
  }

  @Override
  public void write(GenericRecord row) throws IOException {
    writer.write(row);
  }

  @Override
  public void end() throws IOException {
    writer.close();
  }

  private static final class Builder extends ParquetWriter.Builder<GenericRecord, Builder> {

    private final Schema schema;

    Builder(OutputFile out, Schema schema) {
      super(out);
      this.schema = schema;
    }

    @Override
    protected Builder self() {
      return this;
    }

    @Override
    protected WriteSupport<GenericRecord> getWriteSupport(ParquetConfiguration conf) {
      return new AvroWriteSupport<>(ParquetSchemas.of(schema), schema, new GenericData());
    }

    @Override
    @SuppressWarnings("deprecation") // abstract, and so to be there
    protected WriteSupport<GenericRecord> getWriteSupport(Configuration conf) {
      throw new IllegalStateException("Hadoop's configuration is not used");
    }
  }
}
