package io.tidemark.connectors.file;

import io.tidemark.connectors.columns.AvroNames;
import io.tidemark.connectors.columns.BadValueException;
import io.tidemark.connectors.columns.ColumnType;
import io.tidemark.core.retry.TaskException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;

/**
 * Decodes CSV records. An unquoted field that is the null text is NULL. Empty lines are passed
 * over, but where there is one column only: there they are a row whose column is empty.
 */
final class CsvParser implements RecordParser {

  private final SourceFile file;
  private final ByteWindow window;
  private final CsvTokenizer tokens;
  private final Schema schema;
  private final List<String> columns;
  private final ColumnType[] types;
  private final byte[] nulls;

  CsvParser(
      SourceFile file,
      ByteWindow window,
      SourceSettings settings,
      Schema schema,
      List<ColumnType> types) {
    this.file = file;
    this.window = window;
    this.tokens = new CsvTokenizer(window, settings.delimiter());
    this.schema = schema;
    this.columns = schema.getFields().stream().map(AvroNames::column).toList();
    this.types = types.toArray(new ColumnType[0]);
    this.nulls = settings.nulls().getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public void seek(long offset) throws IOException {
    window.seek(offset);
    skipBlank();
  }

  @Override
  public long offset() {
    return window.offset();
  }

  @Override
  public GenericRecord next() throws TaskException, IOException {
    try {
      if (!tokens.find()) {
        return null;
      }
      GenericRecord row = decode();
      window.advance(tokens.length());
      skipBlank();
      return row;
    } catch (BadValueException e) {
      throw BadRecord.in(file, window.offset(), e);
    }
  }

  @Override
  public byte[] pass() throws TaskException, IOException {
    try {
      // A field that cannot be read is one thing; a quote gone wrong leaves no record to pass over.
      tokens.find();
      byte[] raw = window.copy(tokens.length());
      window.advance(tokens.length());
      skipBlank();
      return raw;
    } catch (BadValueException e) {
      throw BadRecord.fatal(file, window.offset(), e);
    }
  }

  // Done behind each record, so that the last one of a slice leaves the offset at its end.
  private void skipBlank() throws IOException {
    if (types.length == 1) {
      return;
    }
    while (true) {
      boolean more = true;
      while (more && window.available() < 2) {
        more = window.fill();
      }
      int n = window.available();
      if (n > 0 && window.at(0) == '\n') {
        window.advance(1);
      } else if (n > 1 && window.at(0) == '\r' && window.at(1) == '\n') {
        window.advance(2);
      } else {
        return;
      }
    }
  }

  private GenericRecord decode() throws BadValueException {
    if (tokens.fields() != types.length) {
      throw new BadValueException(
          "has " + tokens.fields() + " fields, and there are " + types.length + " columns");
    }
    GenericData.Record row = new GenericData.Record(schema);
    for (int i = 0; i < types.length; i++) {
      if (tokens.isQuoted(i) || !tokens.is(i, nulls)) {
        row.put(i, value(i));
      }
    }
    return row;
  }

  private Object value(int field) throws BadValueException {
    String text;
    try {
      text = tokens.text(field);
    } catch (BadValueException e) {
      throw BadValueException.of(columns.get(field), e.getMessage(), e);
    }
    return types[field].read(columns.get(field), text);
  }

  @Override
  public void close() {
    window.close();
  }
}
