package io.tidemark.connectors.file;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.connectors.api.ChunkReader;
import io.tidemark.connectors.api.PlannedSlice;
import io.tidemark.connectors.columns.AvroNames;
import io.tidemark.connectors.columns.BadValueException;
import io.tidemark.connectors.columns.JsonDecoder;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.FileSlice;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.avro.Schema;

/**
 * JSON Lines. Columns are those of the declared schema, in its order; without one they are inferred
 * from the first {@value JsonDecoder#SAMPLE} rows of the files in order, see {@link JsonTypes}. A
 * row with a column that is not among them is a bad one, as is a value that does not fit; a missing
 * column is NULL.
 */
final class JsonLinesKind implements FileKind {

  private final SourceSettings settings;

  JsonLinesKind(SourceSettings settings) {
    this.settings = settings;
  }

  @Override
  public Schema schema(List<SourceFile> files) throws TaskException {
    if (settings.types().isEmpty()) {
      return inferred(files);
    }
    List<String> columns = List.copyOf(settings.types().keySet());
    List<String> names = AvroNames.of(columns);
    List<Schema.Field> fields = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      fields.add(
          AvroNames.nullable(
              names.get(i), columns.get(i), settings.types().get(columns.get(i)).schema()));
    }
    return Schema.createRecord("row", null, "tidemark.file", false, fields);
  }

  private Schema inferred(List<SourceFile> files) throws TaskException {
    JsonTypes types = new JsonTypes();
    int rows = 0;
    for (SourceFile file : files) {
      try (JsonLines lines = lines(file, start(file), file.size(), (p, path) -> null)) {
        lines.seek(lines.offset());
        while (rows < JsonDecoder.SAMPLE) {
          long offset = lines.offset();
          JsonNode row = lines.tree();
          if (row == null) {
            break;
          }
          add(types, row, file, offset);
          rows++;
        }
      } catch (IOException e) {
        throw FileErrors.reading(file.path(), e);
      }
    }
    Schema schema = types.record("row", "tidemark.file");
    if (schema.getFields().isEmpty()) {
      throw TaskException.fatal(
          "the first "
              + JsonDecoder.SAMPLE
              + " rows of "
              + settings.path()
              + " hold no column to infer; declare them with schema");
    }
    return schema;
  }

  private static void add(JsonTypes types, JsonNode row, SourceFile file, long offset)
      throws TaskException {
    try {
      if (!row.isObject()) {
        throw new BadValueException("is no object");
      }
      types.add(row, "");
    } catch (BadValueException e) {
      throw BadRecord.in(file, offset, e);
    }
  }

  @Override
  public void cut(SourceFile file, long from, Consumer<PlannedSlice> out) throws TaskException {
    RecordScanner.lines(file).cut(from < 0 ? start(file) : from, settings.sliceBytes(), out);
  }

  @Override
  public ChunkReader open(SourceFile file, FileSlice slice, Schema schema) throws TaskException {
    JsonDecoder decoder =
        settings.types().isEmpty()
            ? JsonDecoder.inferredRecord(schema)
            : JsonDecoder.record(
                schema,
                schema.getFields().stream()
                    .map(f -> JsonDecoder.declared(settings.types().get(AvroNames.column(f))))
                    .toList());
    try {
      return new ByteChunkReader(file, slice, lines(file, slice.getFrom(), slice.getTo(), decoder));
    } catch (IOException e) {
      throw FileErrors.reading(file.path(), e);
    }
  }

  @Override
  public String explain() {
    return "read in parts of %d bytes that begin at lines; columns %s"
        .formatted(
            settings.sliceBytes(),
            settings.types().isEmpty()
                ? "inferred from the first " + JsonDecoder.SAMPLE + " rows"
                : "as declared");
  }

  private static JsonLines lines(SourceFile file, long from, long to, JsonDecoder decoder)
      throws IOException {
    return new JsonLines(file, new ByteWindow(file, from, to), decoder);
  }

  private static long start(SourceFile file) throws TaskException {
    try (ByteWindow window = new ByteWindow(file, 0, file.size())) {
      window.fill();
      return CsvKind.byteOrderMark(file, window);
    } catch (IOException e) {
      throw FileErrors.reading(file.path(), e);
    }
  }
}
