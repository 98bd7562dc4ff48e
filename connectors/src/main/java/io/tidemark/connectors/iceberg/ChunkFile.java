package io.tidemark.connectors.iceberg;

import io.tidemark.connectors.parquet.ParquetCodecs;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.generic.GenericRecord;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.SchemaParser;
import org.apache.iceberg.io.PositionOutputStream;
import org.apache.iceberg.parquet.ParquetSchemaUtil;
import org.apache.iceberg.types.Types;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.api.RecordConsumer;

/**
 * A data file in the making: Parquet as Iceberg's specification wants it, with the ids of the
 * table's columns. Iceberg's own writer is not used, as it wants Hadoop's classes to run.
 */
final class ChunkFile {

  private static final long ROW_GROUP = 64L << 20;

  private final org.apache.iceberg.io.OutputFile file;
  private final PositionOutputStream stream;
  private final ParquetWriter<GenericRecord> writer;
  private long rows;

  /**
   * @param footer what is to stand in the file's footer beside its schema
   */
  ChunkFile(
      org.apache.iceberg.io.OutputFile file,
      RowShape shape,
      CompressionCodecName codec,
      Map<String, String> footer)
      throws IOException {
    this.file = file;
    this.stream = file.create();
    this.writer =
        new Builder(ParquetIo.output(stream), new Support(shape, footer))
            .withConf(new PlainParquetConfiguration())
            .withCodecFactory(new ParquetCodecs())
            .withCompressionCodec(codec)
            .withRowGroupSize(ROW_GROUP)
            .withPageWriteChecksumEnabled(true)
            .build();
  }

  String location() {
    return file.location();
  }

  long rows() {
    return rows;
  }

  /**
   * @throws RefusedValueException if the table cannot hold it; then the file is to be dropped
   */
  void write(GenericRecord row) throws IOException {
    writer.write(row);
    rows++;
  }

  /** Finishes it; returns its size, bytes. */
  long end() throws IOException {
    writer.close();
    return file.toInputFile().getLength();
  }

  /** Gives it up, finished or not, without writing what is buffered; it is still to be deleted. */
  void drop() throws IOException {
    stream.close();
  }

  private static final class Builder extends ParquetWriter.Builder<GenericRecord, Builder> {

    private final Support support;

    Builder(OutputFile out, Support support) {
      super(out);
      this.support = support;
    }

    @Override
    protected Builder self() {
      return this;
    }

    @Override
    protected WriteSupport<GenericRecord> getWriteSupport(ParquetConfiguration conf) {
      return support;
    }

    @Override
    @SuppressWarnings("deprecation") // abstract, and so to be there
    protected WriteSupport<GenericRecord> getWriteSupport(Configuration conf) {
      throw new IllegalStateException("Hadoop's configuration is not used");
    }
  }

  private static final class Support extends WriteSupport<GenericRecord> {

    private record Floats(int at, FloatStats stats) {}

    private final RowShape shape;
    private final Map<String, String> footer;
    private final List<Floats> floats = new ArrayList<>();
    private RecordConsumer out;

    Support(RowShape shape, Map<String, String> footer) {
      this.shape = shape;
      this.footer = footer;
      List<Types.NestedField> fields = shape.schema().columns();
      for (int i = 0; i < fields.size(); i++) {
        if (FloatStats.wanted(fields.get(i))) {
          floats.add(
              new Floats(shape.columns().get(i).at(), new FloatStats(fields.get(i).fieldId())));
        }
      }
    }

    @Override
    @SuppressWarnings("deprecation") // abstract, and so to be there
    public WriteContext init(Configuration conf) {
      throw new IllegalStateException("Hadoop's configuration is not used");
    }

    @Override
    public WriteContext init(ParquetConfiguration conf) {
      Map<String, String> all = new HashMap<>(footer);
      all.put("iceberg.schema", SchemaParser.toJson(shape.schema()));
      return new WriteContext(ParquetSchemaUtil.convert(shape.schema(), "table"), all);
    }

    @Override
    public void prepareForWrite(RecordConsumer consumer) {
      out = consumer;
    }

    @Override
    public void write(GenericRecord row) {
      out.startMessage();
      shape.write(out, row);
      out.endMessage();
      for (Floats f : floats) {
        f.stats().add(f.at() < 0 ? null : row.get(f.at()));
      }
    }

    @Override
    public FinalizedWriteContext finalizeWrite() {
      Map<String, String> extra = new HashMap<>();
      floats.forEach(f -> extra.put(f.stats().key(), f.stats().text()));
      return new FinalizedWriteContext(extra);
    }
  }
}
