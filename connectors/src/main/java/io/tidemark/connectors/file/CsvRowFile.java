package io.tidemark.connectors.file;

import io.tidemark.connectors.api.SourceShape;
import io.tidemark.connectors.columns.TextValues;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.avro.generic.GenericRecord;

/**
 * CSV in UTF-8: a header, lines that end with LF, commas. NULL is an unquoted empty field and the
 * empty text a quoted one; values are written as {@link TextValues} says, and read back unchanged
 * by the {@code file} source given the types.
 */
final class CsvRowFile implements RowFile {

  private static final byte[] EMPTY = {'"', '"'};

  private final FileOutput out;
  private final TextValues.Printer[] printers;

  CsvRowFile(FileOutput out, SourceShape shape) throws IOException {
    this.out = out;
    this.printers =
        shape.schema().getFields().stream()
            .map(f -> TextValues.printer(f.schema()))
            .toArray(TextValues.Printer[]::new);
    List<SourceShape.Column> columns = shape.columns();
    for (int i = 0; i < columns.size(); i++) {
      field(i, columns.get(i).name());
    }
    out.write('\n');
  }

  @Override
  public void write(GenericRecord row) throws IOException {
    for (int i = 0; i < printers.length; i++) {
      Object value = row.get(i);
      field(i, value == null ? null : printers[i].print(value));
    }
    out.write('\n');
  }

  private void field(int position, String text) throws IOException {
    if (position > 0) {
      out.write(',');
    }
    if (text == null) {
      return;
    }
    if (text.isEmpty()) {
      out.write(EMPTY);
    } else if (wantsQuotes(text)) {
      out.write('"');
      out.write(text.replace("\"", "\"\"").getBytes(StandardCharsets.UTF_8));
      out.write('"');
    } else {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
  }

  private static boolean wantsQuotes(String text) {
    // Blanks at the ends, and what looks like a byte order mark, do not survive every reader.
    char first = text.charAt(0);
    if (first <= ' ' || first == '\uFEFF' || text.charAt(text.length() - 1) <= ' ') {
      return true;
    }
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == ',' || c == '"' || c == '\n' || c == '\r') {
        return true;
      }
    }
    return false;
  }

  @Override
  public void end() {
    // Nothing stands behind the last row.
  }
}
