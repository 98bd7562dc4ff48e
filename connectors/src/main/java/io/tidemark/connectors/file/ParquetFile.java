package io.tidemark.connectors.file;

import io.tidemark.connectors.parquet.ParquetCodecs;
import io.tidemark.core.retry.TaskException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.SchemaParseException;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.avro.AvroReadSupport;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.api.ReadSupport.ReadContext;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.FileMetaData;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.MessageColumnIO;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.io.api.RecordMaterializer;
import shaded.parquet.org.apache.thrift.protocol.TProtocolUtil;

/** An open Parquet file: its row groups, its columns as Avro's, and its rows. */
final class ParquetFile implements AutoCloseable {

  private static final List<String> AVRO_KEYS = List.of("parquet.avro.schema", "avro.schema");
  private static final String READ_KEY = "avro.read.schema";
  private static final int DEEPEST_UNKNOWN = 64;

  static {
    // Parquet's own copy of Thrift passes over unknown fields by recursion, which nothing else
    // bounds: a damaged header would overflow the stack.
    TProtocolUtil.setMaxSkipDepth(DEEPEST_UNKNOWN);
  }

  private final SourceFile file;
  private final StoredInput input;
  private final ParquetFileReader reader;
  private final ParquetConfiguration conf = ParquetSchemas.configuration();
  private final ParquetColumns columns;
  private final MessageColumnIO columnIo;
  private final RecordMaterializer<GenericRecord> materializer;

  private ParquetFile(SourceFile file, StoredInput input, ParquetFileReader reader)
      throws IOException {
    this.file = file;
    this.input = input;
    this.reader = reader;
    FileMetaData meta = reader.getFileMetaData();
    checkFooter();
    columns = ParquetColumns.of(meta.getSchema(), avroSchema(meta.getKeyValueMetaData()), conf);
    columnIo = new ColumnIOFactory(meta.getCreatedBy()).getColumnIO(meta.getSchema());
    // Values reach the materializer by position, so that it may know them by other names.
    materializer =
        new AvroReadSupport<GenericRecord>(new GenericData())
            .prepareForRead(
                conf,
                Map.of(),
                columns.legal(),
                new ReadContext(columns.legal(), Map.of(READ_KEY, columns.read().toString())));
  }

  /**
   * @throws TaskException FATAL if it is no Parquet file, a damaged one, or has a column of a type
   *     that cannot be read
   */
  static ParquetFile open(SourceFile file) throws TaskException {
    StoredInput input = null;
    ParquetFileReader reader = null;
    try {
      input = new StoredInput(file.open(), file.size());
      ParquetReadOptions options =
          ParquetReadOptions.builder(ParquetSchemas.configuration())
              .withCodecFactory(new ParquetCodecs())
              .usePageChecksumVerification(true)
              .build();
      reader = ParquetFileReader.open(input, options);
      return new ParquetFile(file, input, reader);
    } catch (IOException | RuntimeException e) {
      if (reader != null) {
        FileErrors.closeQuietly(reader);
      }
      if (input != null) {
        FileErrors.closeQuietly(input);
      }
      throw FileErrors.corrupt(file.path(), "", e);
    }
  }

  // A damaged footer could name sizes that nobody has memory for.
  private void checkFooter() throws IOException {
    for (BlockMetaData group : rowGroups()) {
      if (group.getRowCount() < 0) {
        throw new IOException("a row group of " + group.getRowCount() + " rows");
      }
      for (ColumnChunkMetaData c : group.getColumns()) {
        long from = c.getStartingPos();
        long size = c.getTotalSize();
        if (from < 4 || size < 0 || size > file.size() - from) {
          throw new IOException(
              "column %s lies at bytes %d to %d of %d"
                  .formatted(c.getPath(), from, from + size, file.size()));
        }
      }
    }
  }

  // Files that Avro wrote carry its schema. One that names classes to load is left alone.
  private static Schema avroSchema(Map<String, String> meta) {
    for (String key : AVRO_KEYS) {
      String json = meta.get(key);
      if (json != null && !json.contains("\"java-")) {
        try {
          return new Schema.Parser().parse(json);
        } catch (SchemaParseException e) {
          throw new IllegalArgumentException("its " + key + " is no Avro schema", e);
        }
      }
    }
    return null;
  }

  List<BlockMetaData> rowGroups() {
    return reader.getRowGroups();
  }

  ParquetColumns columns() {
    return columns;
  }

  /** Reads the rows of a row group, the first {@code skip} of them left out. */
  GroupRows rows(int rowGroup, long skip) throws TaskException {
    try {
      BlockMetaData group = rowGroups().get(rowGroup);
      expect(group);
      ParquetPages.check(input, group);
      PageReadStore pages = reader.readRowGroup(rowGroup);
      GroupRows rows =
          new GroupRows(
              columnIo.getRecordReader(pages, materializer), pages.getRowCount(), rowGroup);
      for (long i = 0; i < skip; i++) {
        rows.next();
      }
      return rows;
    } catch (IOException | RuntimeException e) {
      throw FileErrors.corrupt(file.path(), ", row group " + rowGroup, e);
    }
  }

  private void expect(BlockMetaData group) throws IOException {
    long from = Long.MAX_VALUE;
    long to = 0;
    for (ColumnChunkMetaData c : group.getColumns()) {
      from = Math.min(from, c.getStartingPos());
      to = Math.max(to, c.getStartingPos() + c.getTotalSize());
    }
    if (from < to) {
      input.expect(from, to);
    }
  }

  /** Rows of a row group, one after the other. */
  final class GroupRows {

    private final RecordReader<GenericRecord> records;
    private final int rowGroup;
    private long left;

    private GroupRows(RecordReader<GenericRecord> records, long rows, int rowGroup) {
      this.records = records;
      this.left = rows;
      this.rowGroup = rowGroup;
    }

    boolean hasNext() {
      return left > 0;
    }

    GenericRecord next() throws TaskException {
      GenericRecord row;
      try {
        row = mended(records.read());
      } catch (RuntimeException e) {
        throw FileErrors.corrupt(file.path(), ", row group " + rowGroup, e);
      }
      left--;
      return row;
    }
  }

  private GenericRecord mended(GenericRecord read) {
    if (columns.mends().isEmpty()) {
      return read;
    }
    GenericData.Record row = new GenericData.Record(columns.row());
    for (int i = 0; i < columns.mends().size(); i++) {
      Object value = read.get(i);
      ParquetColumns.Mend mend = columns.mends().get(i);
      row.put(i, mend == null || value == null ? value : mend.apply(value));
    }
    return row;
  }

  @Override
  public void close() {
    FileErrors.closeQuietly(reader);
    FileErrors.closeQuietly(input);
  }
}
