package io.tidemark.connectors.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.connectors.api.ChunkReader;
import io.tidemark.connectors.api.ChunkReader.ChunkEnd;
import io.tidemark.connectors.api.RowFormat;
import io.tidemark.connectors.api.Source;
import io.tidemark.core.chunking.ChunkSize;
import io.tidemark.core.lifecycle.Cursor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ByteChunkReaderTest {

  private static final ChunkSize SMALL = new ChunkSize(100, 16);
  private static final String BLANKS = "\n".repeat(500);

  @TempDir Path dir;

  @Test
  void shouldReadARowWhenTheBlanksBeforeItAreLongerThanAChunk() throws Exception {
    Path csv = Fixture.write(dir.resolve("t.csv"), "a,b\n" + BLANKS + "1,x\n" + BLANKS + "2,y\n");
    Path jsonl = Fixture.write(dir.resolve("t.jsonl"), BLANKS + "{\"a\": 1}\n" + BLANKS);

    assertThat(chunks(csv, "'format': 'csv'"))
        .containsExactly("{\"a\": \"1\", \"b\": \"x\"}", "{\"a\": \"2\", \"b\": \"y\"}");
    assertThat(chunks(jsonl, "'format': 'jsonl'")).containsExactly("{\"a\": 1}");
  }

  /** All rows of a file of one slice, each chunk by a reader of its own. */
  private static List<String> chunks(Path file, String settings) throws Exception {
    List<String> rows = new ArrayList<>();
    try (Source source = Fixture.source(file, settings)) {
      ChunkEnd end = new ChunkEnd(Cursor.START, false);
      while (!end.last()) {
        Cursor before = end.cursor();
        try (ChunkReader reader =
            source.open(Fixture.slices(source).getFirst().slice(), RowFormat.RECORDS)) {
          end = reader.read(before, SMALL, Fixture.collect(r -> rows.add(r.toString())));
        }
        assertThat(end.cursor()).isNotEqualTo(before);
      }
    }
    return rows;
  }
}
