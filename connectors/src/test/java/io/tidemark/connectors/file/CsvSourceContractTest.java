package io.tidemark.connectors.file;

import io.tidemark.connectors.api.Source;
import io.tidemark.connectors.api.SourceContract;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.generic.GenericRecord;
import org.junit.jupiter.api.io.TempDir;

class CsvSourceContractTest extends SourceContract {

  @TempDir Path dir;

  @Override
  protected Source source() throws Exception {
    for (int file = 0; file < 3; file++) {
      Path path = dir.resolve("part" + file + ".csv");
      if (!java.nio.file.Files.exists(path)) {
        StringBuilder text = new StringBuilder("id,note\r\n");
        for (int i = 0; i < 100; i++) {
          text.append(100 * file + i).append(",\"line,\n\"\"").append(i).append("\"\"\r\n\"\r\n");
        }
        Fixture.write(path, text.toString());
      }
    }
    return Fixture.source(dir, "'format': 'csv', 'schema': {'id': 'int'}", 500);
  }

  @Override
  protected List<String> expected() {
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      rows.add(i + "|line,\n\"" + i % 100 + "\"\r\n");
    }
    return rows;
  }

  @Override
  protected String identity(GenericRecord row) {
    return row.get("id") + "|" + row.get("note");
  }
}
