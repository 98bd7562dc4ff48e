package io.tidemark.connectors.iceberg;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tidemark.connectors.api.Claim;
import io.tidemark.connectors.api.Manifest;
import io.tidemark.connectors.api.RowFormat;
import io.tidemark.connectors.api.Rows;
import io.tidemark.connectors.api.Sink;
import io.tidemark.connectors.api.SinkWriter;
import io.tidemark.connectors.api.SourceShape;
import io.tidemark.connectors.columns.AvroNames;
import io.tidemark.core.lifecycle.Cursor;
import io.tidemark.core.lifecycle.Totals;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.CommittedFile;
import io.tidemark.schemas.avro.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;
import org.apache.iceberg.CatalogProperties;
import org.apache.iceberg.ContentFile;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.parquet.Parquet;

/** What tests of tables say. Settings are JSON with single quotes. */
final class Tables {

  static final String BACKFILL = "job-0a1b2c3d";
  static final TableIdentifier NAME = TableIdentifier.of("lake", "rows");

  private Tables() {}

  static Sink sink(Path warehouse) throws TaskException {
    return sink(warehouse, "");
  }

  /** A sink of {@code lake.rows} in a folder; more settings begin with a comma. */
  static Sink sink(Path warehouse, String more) throws TaskException {
    return sink(
        "{'catalog': {'type': 'hadoop', 'warehouse': '"
            + warehouse
            + "'}, 'table': 'lake.rows'"
            + more
            + "}");
  }

  static Sink sink(String settings) throws TaskException {
    try {
      return new IcebergConnector()
          .sink(new JsonMapper().readTree(settings.replace('\'', '"')))
          .orElseThrow();
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(settings, e);
    }
  }

  static FolderCatalog catalog(Path warehouse) {
    FolderCatalog catalog = new FolderCatalog();
    catalog.initialize("test", Map.of(CatalogProperties.WAREHOUSE_LOCATION, warehouse.toString()));
    return catalog;
  }

  static Table table(Path warehouse) {
    return catalog(warehouse).loadTable(NAME);
  }

  /** A snapshot without rows takes the place of all that there were. */
  static void expire(Path warehouse) {
    Table table = table(warehouse);
    table.newAppend().set("n", "later").commit();
    table
        .expireSnapshots()
        .expireOlderThan(System.currentTimeMillis() + 1_000)
        .retainLast(1)
        .commit();
  }

  /** Rows of a schema, as a source of files describes them. */
  static SourceShape shape(Schema schema) {
    return new SourceShape(
        "rows",
        schema,
        schema.getFields().stream()
            .map(
                f ->
                    new SourceShape.Column(
                        AvroNames.column(f), f.schema().toString(), f.schema().isNullable()))
            .toList(),
        List.of());
  }

  static SinkWriter open(Sink sink, Schema schema, int partition, long fence) throws TaskException {
    String id = "%s/%06d".formatted(BACKFILL, partition);
    return sink.open(new Claim(BACKFILL, id, fence, "w1"), shape(schema), RowFormat.RECORDS);
  }

  /** Writes a chunk of these rows. */
  static List<CommittedFile> chunk(SinkWriter writer, List<? extends GenericRecord> rows)
      throws TaskException {
    Rows out = writer.begin();
    for (GenericRecord row : rows) {
      out.record(row);
    }
    return writer.commit(
        Cursor.of(rows.size()), new Totals(rows.size(), 0, 0, "avro", 1, 0), false);
  }

  static Manifest manifest(List<CommittedFile> files) {
    long rows = files.stream().mapToLong(CommittedFile::getRows).sum();
    return new Manifest(BACKFILL, rows, new Digest("avro", rows, 0x1234L), files);
  }

  /** Prepares, writes one chunk, and finishes. */
  static List<CommittedFile> write(Sink sink, Schema schema, List<? extends GenericRecord> rows)
      throws TaskException {
    sink.check(shape(schema));
    sink.prepare(shape(schema));
    List<CommittedFile> files;
    try (SinkWriter writer = open(sink, schema, 1, 1)) {
      files = chunk(writer, rows);
    }
    sink.finish(manifest(files));
    return files;
  }

  /** All rows, as Iceberg's own reader gives them. */
  static List<Record> read(Table table) throws IOException {
    List<Record> rows = new ArrayList<>();
    try (CloseableIterable<Record> read = IcebergGenerics.read(table).build()) {
      read.forEach(rows::add);
    }
    return rows;
  }

  /** The rows of one file, by Iceberg's own reader. */
  static List<Record> read(Table table, ContentFile<?> file) throws IOException {
    return readFile(table, file.location());
  }

  /** The same, for a file that is not in the table. */
  static List<Record> readFile(Table table, String location) throws IOException {
    List<Record> rows = new ArrayList<>();
    try (CloseableIterable<Record> read =
        Parquet.read(table.io().newInputFile(location))
            .project(table.schema())
            .createReaderFunc(f -> GenericParquetReaders.buildReader(table.schema(), f))
            .build()) {
      read.forEach(rows::add);
    }
    return rows;
  }

  /** The files below a folder, relative to it, in order. */
  static List<String> files(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return List.of();
    }
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile)
          .sorted(Comparator.naturalOrder())
          .map(p -> folder.relativize(p).toString())
          .toList();
    }
  }
}
