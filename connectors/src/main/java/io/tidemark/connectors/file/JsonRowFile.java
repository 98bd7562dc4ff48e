package io.tidemark.connectors.file;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.tidemark.connectors.api.SourceShape;
import java.io.IOException;
import java.util.List;
import org.apache.avro.generic.GenericRecord;

/**
 * JSON Lines in UTF-8: an object a row, with all its columns, lines that end with LF. Values are
 * written as {@link JsonPrinter} says, and read back unchanged by the {@code file} source given the
 * types.
 */
final class JsonRowFile implements RowFile {

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .disable(com.fasterxml.jackson.core.StreamWriteFeature.AUTO_CLOSE_TARGET)
          .disable(com.fasterxml.jackson.core.StreamWriteFeature.FLUSH_PASSED_TO_STREAM)
          .build();

  private final JsonGenerator out;
  private final List<String> columns;
  private final JsonPrinter[] printers;

  JsonRowFile(FileOutput file, SourceShape shape) throws IOException {
    this.out = JSON.createGenerator(file, JsonEncoding.UTF8).setRootValueSeparator(null);
    this.columns = shape.columns().stream().map(SourceShape.Column::name).toList();
    this.printers =
        shape.schema().getFields().stream()
            .map(f -> JsonPrinter.of(f.schema()))
            .toArray(JsonPrinter[]::new);
  }

  @Override
  public void write(GenericRecord row) throws IOException {
    out.writeStartObject();
    for (int i = 0; i < printers.length; i++) {
      out.writeFieldName(columns.get(i));
      printers[i].print(out, row.get(i));
    }
    out.writeEndObject();
    out.writeRaw('\n');
  }

  @Override
  public void end() throws IOException {
    out.close();
  }
}
