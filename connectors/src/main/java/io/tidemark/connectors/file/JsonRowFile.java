package io.tidemark.connectors.file;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.tidemark.connectors.api.SourceShape;
import io.tidemark.connectors.columns.JsonEncoder;
import java.io.IOException;
import org.apache.avro.generic.GenericRecord;

/**
 * JSON Lines in UTF-8: an object a row, with all its columns, lines that end with LF. Values are
 * written as {@link JsonEncoder} says, and read back unchanged by the {@code file} source given the
 * types.
 */
final class JsonRowFile implements RowFile {

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .disable(com.fasterxml.jackson.core.StreamWriteFeature.AUTO_CLOSE_TARGET)
          .disable(com.fasterxml.jackson.core.StreamWriteFeature.FLUSH_PASSED_TO_STREAM)
          .build();

  private final JsonGenerator out;
  private final JsonEncoder rows;

  JsonRowFile(FileOutput file, SourceShape shape) throws IOException {
    this.out = JSON.createGenerator(file, JsonEncoding.UTF8).setRootValueSeparator(null);
    this.rows = JsonEncoder.record(shape.schema().getFields());
  }

  @Override
  public void write(GenericRecord row) throws IOException {
    rows.write(out, row);
    out.writeRaw('\n');
  }

  @Override
  public void end() throws IOException {
    out.close();
  }
}
