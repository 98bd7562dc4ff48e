package io.tidemark.connectors.file;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tidemark.connectors.api.ChunkReader;
import io.tidemark.connectors.api.ChunkReader.ChunkEnd;
import io.tidemark.connectors.api.Claim;
import io.tidemark.connectors.api.PlannedSlice;
import io.tidemark.connectors.api.RowFormat;
import io.tidemark.connectors.api.Rows;
import io.tidemark.connectors.api.Sink;
import io.tidemark.connectors.api.SinkWriter;
import io.tidemark.connectors.api.Source;
import io.tidemark.connectors.api.SourceShape;
import io.tidemark.connectors.columns.AvroNames;
import io.tidemark.core.chunking.ChunkSize;
import io.tidemark.core.lifecycle.Cursor;
import io.tidemark.core.lifecycle.Slice;
import io.tidemark.core.lifecycle.Totals;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.CommittedFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import org.apache.avro.Schema;
import org.apache.avro.file.CodecFactory;
import org.apache.avro.generic.GenericRecord;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;

/** What tests of files say. Settings are JSON with single quotes. */
public final class Fixture {

  static final ChunkSize WHOLE = new ChunkSize(Integer.MAX_VALUE, Long.MAX_VALUE);

  private Fixture() {}

  static JsonNode json(String text) {
    try {
      return new JsonMapper().readTree(text.replace('\'', '"'));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(text, e);
    }
  }

  /**
   * @param settings of the source but for the path
   * @param sliceBytes bytes that a slice aims at
   */
  static Source source(Path path, String settings, long sliceBytes) throws TaskException {
    double megabytes = sliceBytes / (double) (1 << 20);
    return new FileConnector()
        .source(
            json("{'path': '" + path + "', " + settings + "}"),
            json("{'file': {'megabytes': " + megabytes + "}}"));
  }

  static Source source(Path path, String settings) throws TaskException {
    return source(path, settings, 64 << 20);
  }

  static Sink sink(Path path, String settings) throws TaskException {
    return new FileConnector()
        .sink(json("{'path': '" + path + "', " + settings + "}"))
        .orElseThrow();
  }

  static Path write(Path path, String text) throws IOException {
    return Files.write(path, text.getBytes(StandardCharsets.UTF_8));
  }

  /** All slices. */
  public static List<PlannedSlice> slices(Source source) throws TaskException {
    List<PlannedSlice> slices = new ArrayList<>();
    source.split(Optional.empty(), slices::add);
    return slices;
  }

  /** All rows, in order. */
  public static List<GenericRecord> read(Source source) throws TaskException {
    return read(source, null);
  }

  /** All rows, in order, each chunk with a new reader and of a random size if there is a random. */
  static List<GenericRecord> read(Source source, Random random) throws TaskException {
    List<GenericRecord> rows = new ArrayList<>();
    for (PlannedSlice slice : slices(source)) {
      long before = rows.size();
      ChunkEnd end = new ChunkEnd(Cursor.START, false);
      while (!end.last()) {
        try (ChunkReader reader = source.open(slice.slice(), RowFormat.RECORDS)) {
          ChunkSize size =
              random == null ? WHOLE : new ChunkSize(1 + random.nextInt(5), Long.MAX_VALUE);
          end = reader.read(end.cursor(), size, collect(rows::add));
        }
      }
      if (!isEstimated(slice) && rows.size() - before != slice.rowsEstimated()) {
        throw new AssertionError(slice + " has " + (rows.size() - before) + " rows");
      }
    }
    return rows;
  }

  // Of Avro files, planning reads no more than a block for each slice.
  private static boolean isEstimated(PlannedSlice slice) {
    return slice.slice() instanceof Slice.FilePart f && f.part().getFormat().equals("avro");
  }

  static Rows collect(Consumer<GenericRecord> out) {
    return new Rows() {
      @Override
      public void record(GenericRecord row) {
        out.accept(row);
      }

      @Override
      public void refused(GenericRecord row, TaskException why) throws TaskException {
        throw why;
      }

      @Override
      public void bytes(byte[] buffer, int offset, int length) {
        throw new IllegalStateException("records were asked for");
      }
    };
  }

  /**
   * A file of these rows.
   *
   * @param atOnce rows of a row group or block
   */
  public static byte[] bytes(
      String format, Schema schema, List<? extends GenericRecord> rows, int atOnce)
      throws IOException {
    Path path = Files.createTempFile("fixture", "." + format);
    Files.delete(path);
    try (SyncedFile out = SyncedFile.create(path)) {
      RowFile file =
          switch (format) {
            case "csv" -> new CsvRowFile(out, shape(schema));
            case "jsonl" -> new JsonRowFile(out, shape(schema));
            case "parquet" -> new ParquetRowFile(out, schema, CompressionCodecName.SNAPPY, atOnce);
            case "avro" -> null;
            default -> throw new IllegalArgumentException(format);
          };
      if (file == null) {
        List<List<? extends GenericRecord>> blocks = new ArrayList<>();
        for (int i = 0; i < rows.size(); i += atOnce) {
          blocks.add(rows.subList(i, Math.min(rows.size(), i + atOnce)));
        }
        return AvroFiles.of(schema, CodecFactory.snappyCodec(), blocks);
      }
      for (GenericRecord row : rows) {
        file.write(row);
      }
      file.end();
      out.finish();
      return Files.readAllBytes(path);
    } finally {
      Files.delete(path);
    }
  }

  /** Rows of a schema, as a source of files describes them. */
  public static SourceShape shape(Schema schema) {
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

  static SinkWriter open(Sink sink, SourceShape shape, int partition, long fence)
      throws TaskException {
    String id = "%s/%06d".formatted("job-0a1b2c3d", partition);
    return sink.open(new Claim("job-0a1b2c3d", id, fence, "w1"), shape, RowFormat.RECORDS);
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

  /** Prints the seed, so that a failure can be played again with -Dtidemark.seed=N. */
  static Random random() {
    long seed = Long.getLong("tidemark.seed", System.nanoTime());
    System.out.println("seed " + seed);
    return new Random(seed);
  }
}
