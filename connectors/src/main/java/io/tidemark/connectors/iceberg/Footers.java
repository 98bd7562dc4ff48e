package io.tidemark.connectors.iceberg;

import io.tidemark.connectors.parquet.ParquetCodecs;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.CommittedFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FieldMetrics;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.Metrics;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.parquet.ParquetSchemaUtil;
import org.apache.iceberg.parquet.ParquetUtil;
import org.apache.iceberg.types.Types;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;

/**
 * The ledger's files as a commit names them. The ledger has path, rows and size; the rest (counts
 * and bounds of columns, the file's partition) is read again from the files' footers, several at a
 * time, and held against the ledger on the way.
 */
final class Footers {

  private static final int AT_ONCE = 16;
  private static final int SHOWN = 5;

  private final Table table;
  private final Places places;

  Footers(Table table, Places places) {
    this.table = table;
    this.places = places;
  }

  /**
   * In order.
   *
   * @throws TaskException FATAL, naming files that are missing or not what the ledger says
   */
  List<DataFile> read(List<CommittedFile> files) throws TaskException {
    List<DataFile> read = new ArrayList<>();
    List<String> wrong = new ArrayList<>();
    try (ExecutorService pool = Executors.newFixedThreadPool(AT_ONCE)) {
      List<Future<DataFile>> footers =
          files.stream().map(f -> pool.submit(() -> dataFile(f))).toList();
      for (Future<DataFile> footer : footers) {
        try {
          read.add(footer.get());
        } catch (ExecutionException e) {
          if (!(e.getCause() instanceof WrongFileException bad)) {
            pool.shutdownNow();
            throw Errors.of("cannot read " + table.location(), cause(e));
          }
          wrong.add(bad.getMessage());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Errors.of("cannot read " + table.location(), e);
    }
    if (!wrong.isEmpty()) {
      throw TaskException.fatal(
          "of %d files that the ledger names, %d cannot be committed to %s, and none was: %s; "
                  .formatted(
                      files.size(),
                      wrong.size(),
                      table.name(),
                      String.join("; ", wrong.subList(0, Math.min(SHOWN, wrong.size())))
                          + (wrong.size() > SHOWN ? "; …" : ""))
              + "put them back, or run the backfill again under a new name. (What removes orphan"
              + " files must leave those alone that are younger than the longest backfill.)");
    }
    return read;
  }

  private static Exception cause(ExecutionException e) {
    return e.getCause() instanceof Exception cause ? cause : e;
  }

  private DataFile dataFile(CommittedFile ledger) throws IOException {
    String location = places.absolute(ledger.getPath());
    InputFile file = table.io().newInputFile(location);
    if (!file.exists()) {
      throw new WrongFileException(ledger.getPath() + " is missing");
    }
    if (file.getLength() != ledger.getBytes()) {
      throw new WrongFileException(
          "%s has %d bytes instead of %d"
              .formatted(ledger.getPath(), file.getLength(), ledger.getBytes()));
    }
    ParquetMetadata footer = footer(file, ledger.getBytes());
    Map<String, String> entries = footer.getFileMetaData().getKeyValueMetaData();
    PartitionSpec spec =
        entries.containsKey(Partitions.SPEC)
            ? table.specs().get(Integer.parseInt(entries.get(Partitions.SPEC)))
            : null;
    if (spec == null) {
      throw new WrongFileException(ledger.getPath() + " was not written for this table");
    }
    Metrics metrics =
        ParquetUtil.footerMetrics(footer, floats(footer), MetricsConfig.forTable(table));
    if (metrics.recordCount() != ledger.getRows()) {
      throw new WrongFileException(
          "%s has %d rows instead of %d"
              .formatted(ledger.getPath(), metrics.recordCount(), ledger.getRows()));
    }
    DataFiles.Builder made =
        DataFiles.builder(spec)
            .withPath(location)
            .withFormat(FileFormat.PARQUET)
            .withFileSizeInBytes(ledger.getBytes())
            .withMetrics(metrics)
            .withSplitOffsets(ParquetUtil.getSplitOffsets(footer));
    return spec.isPartitioned()
        ? made.withPartition(Partitions.read(spec, entries.get(Partitions.VALUES))).build()
        : made.build();
  }

  private static ParquetMetadata footer(InputFile file, long length) throws IOException {
    ParquetReadOptions options =
        ParquetReadOptions.builder(new PlainParquetConfiguration())
            .withCodecFactory(new ParquetCodecs())
            .build();
    try (ParquetFileReader reader =
        ParquetFileReader.open(ParquetIo.input(file, length), options)) {
      return reader.getFooter();
    }
  }

  private static Stream<FieldMetrics<?>> floats(ParquetMetadata footer) {
    Map<String, String> entries = footer.getFileMetaData().getKeyValueMetaData();
    Stream.Builder<FieldMetrics<?>> found = Stream.builder();
    for (Types.NestedField column :
        ParquetSchemaUtil.convert(footer.getFileMetaData().getSchema()).columns()) {
      if (FloatStats.wanted(column)) {
        Optional<FieldMetrics<?>> read =
            FloatStats.read(column, entries.get(FloatStats.key(column)));
        read.ifPresent(found);
      }
    }
    return found.build();
  }

  private static final class WrongFileException extends IOException {
    private static final long serialVersionUID = 1L;

    WrongFileException(String message) {
      super(message);
    }
  }
}
