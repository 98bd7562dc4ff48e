package io.tidemark.connectors.file;

import io.tidemark.connectors.api.Source;
import io.tidemark.connectors.api.SourceContract;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.avro.generic.GenericRecord;
import org.junit.jupiter.api.io.TempDir;

class JsonLinesSourceContractTest extends SourceContract {

  @TempDir Path dir;

  @Override
  protected Source source() throws Exception {
    for (int file = 0; file < 2; file++) {
      Path path = dir.resolve("part" + file + ".jsonl");
      if (!java.nio.file.Files.exists(path)) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 150; i++) {
          text.append("{\"id\": %d, \"at\": {\"x\": [%d, null]}}\n".formatted(150 * file + i, i));
        }
        Fixture.write(path, text.toString());
      }
    }
    return Fixture.source(dir, "'format': 'jsonl'", 700);
  }

  @Override
  protected List<String> expected() {
    return IntStream.range(0, 300).mapToObj(i -> i + "|{\"x\": [" + i % 150 + ", null]}").toList();
  }

  @Override
  protected String identity(GenericRecord row) {
    return row.get("id") + "|" + row.get("at");
  }
}
