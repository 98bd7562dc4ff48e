package io.tidemark.connectors.file;

import io.tidemark.connectors.api.ChunkReader;
import io.tidemark.connectors.api.PlannedSlice;
import io.tidemark.connectors.columns.AvroNames;
import io.tidemark.connectors.columns.BadValueException;
import io.tidemark.connectors.columns.ColumnType;
import io.tidemark.connectors.columns.Shown;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.FileSlice;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.avro.Schema;

/**
 * CSV in UTF-8, with or without a byte order mark. Columns are named by the header; without one by
 * the declared schema, in its order; without both they are {@code column1}, {@code column2} and so
 * on. A column that is not declared is a string. All are nullable.
 */
final class CsvKind implements FileKind {

  /** Far above what any sink has; a schema of millions would need gigabytes. */
  static final int MOST_COLUMNS = 10_000;

  private static final ColumnType STRING = ColumnType.of("string");

  private final SourceSettings settings;

  CsvKind(SourceSettings settings) {
    this.settings = settings;
  }

  /**
   * @param columns names
   * @param data offset of the first row
   */
  private record Head(List<String> columns, long data) {}

  @Override
  public Schema schema(List<SourceFile> files) throws TaskException {
    return SchemaDifference.common(files, this::schema);
  }

  private Schema schema(SourceFile file) throws TaskException {
    List<String> columns = head(file).columns();
    for (String declared : settings.types().keySet()) {
      if (!columns.contains(declared)) {
        throw TaskException.fatal(
            "%s.schema: %s has no column '%s'; there are: %s"
                .formatted(settings.where(), file.path(), declared, Shown.names(columns)));
      }
    }
    List<String> names = AvroNames.of(columns);
    List<Schema.Field> fields = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      fields.add(AvroNames.nullable(names.get(i), columns.get(i), type(columns.get(i)).schema()));
    }
    return Schema.createRecord("row", null, "tidemark.file", false, fields);
  }

  private ColumnType type(String column) {
    return settings.types().getOrDefault(column, STRING);
  }

  @Override
  public void cut(SourceFile file, long from, Consumer<PlannedSlice> out) throws TaskException {
    Head head = head(file);
    RecordScanner.csv(file, settings.delimiter(), head.columns().size() == 1)
        .cut(from < 0 ? head.data() : from, settings.sliceBytes(), out);
  }

  @Override
  public ChunkReader open(SourceFile file, FileSlice slice, Schema schema) throws TaskException {
    List<ColumnType> types =
        schema.getFields().stream().map(f -> type(AvroNames.column(f))).toList();
    try {
      ByteWindow window = new ByteWindow(file, slice.getFrom(), slice.getTo());
      return new ByteChunkReader(file, slice, new CsvParser(file, window, settings, schema, types));
    } catch (IOException e) {
      throw FileErrors.reading(file.path(), e);
    }
  }

  @Override
  public String explain() {
    return "read in parts of %d bytes that begin at records; each file is read once to find these"
        .formatted(settings.sliceBytes());
  }

  private Head head(SourceFile file) throws TaskException {
    try (ByteWindow window = new ByteWindow(file, 0, file.size())) {
      window.fill();
      int mark = byteOrderMark(file, window);
      window.advance(mark);
      CsvTokenizer tokens = new CsvTokenizer(window, settings.delimiter());
      boolean found = tokens.find();
      if (tokens.fields() > MOST_COLUMNS) {
        throw TaskException.fatal(
            "%s: its first record has %d fields; at most %d columns are read: is it csv?"
                .formatted(file.path(), tokens.fields(), MOST_COLUMNS));
      }
      if (settings.header()) {
        if (!found || tokens.isBlank()) {
          throw TaskException.fatal(
              file.path()
                  + " has no header: its first line is empty; set header: false if it has none");
        }
        return new Head(names(file, tokens), (long) mark + tokens.length());
      }
      if (!settings.types().isEmpty()) {
        return new Head(List.copyOf(settings.types().keySet()), mark);
      }
      if (!found) {
        throw TaskException.fatal(
            file.path() + " is empty, so that its columns are unknown; declare them with schema");
      }
      return new Head(
          IntStream.rangeClosed(1, tokens.fields()).mapToObj(i -> "column" + i).toList(), mark);
    } catch (BadValueException e) {
      throw new TaskException(
          io.tidemark.schemas.avro.FailureKind.FATAL,
          "",
          BadRecord.place(file, 0) + ": " + e.getMessage(),
          e);
    } catch (IOException e) {
      throw FileErrors.reading(file.path(), e);
    }
  }

  private static List<String> names(SourceFile file, CsvTokenizer tokens)
      throws TaskException, BadValueException {
    List<String> names = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < tokens.fields(); i++) {
      String name = tokens.text(i);
      if (name.isEmpty() || !seen.add(name)) {
        throw TaskException.fatal(
            "%s: column %d of the header %s; every column needs a name of its own"
                .formatted(
                    file.path(),
                    i + 1,
                    name.isEmpty() ? "is empty" : "repeats '" + Shown.text(name) + "'"));
      }
      names.add(name);
    }
    return names;
  }

  /** Bytes of a UTF-8 byte order mark at the window's start; refuses that of UTF-16. */
  static int byteOrderMark(SourceFile file, ByteWindow window) throws TaskException {
    int n = window.available();
    int first = n > 0 ? window.at(0) & 0xff : 0;
    int second = n > 1 ? window.at(1) & 0xff : 0;
    if ((first == 0xff && second == 0xfe) || (first == 0xfe && second == 0xff)) {
      throw TaskException.fatal(file.path() + " is UTF-16; convert it to UTF-8");
    }
    return first == 0xef && second == 0xbb && n > 2 && (window.at(2) & 0xff) == 0xbf ? 3 : 0;
  }
}
