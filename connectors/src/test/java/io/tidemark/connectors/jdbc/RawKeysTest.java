package io.tidemark.connectors.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidemark.connectors.api.ChunkReader;
import io.tidemark.connectors.api.RowFormat;
import io.tidemark.connectors.api.Rows;
import io.tidemark.connectors.api.Source;
import io.tidemark.core.chunking.ChunkSize;
import io.tidemark.core.digest.RowHash;
import io.tidemark.core.lifecycle.Cursor;
import io.tidemark.core.lifecycle.Slice;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.KeyRange;
import java.util.List;
import org.apache.avro.generic.GenericRecord;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rows that are not decoded show where a chunk ends, whatever the type of the key. */
class RawKeysTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '"',
      value = {
        "int2; i - 100",
        "int4; i * 1000000",
        "int8; i * 10000000000 - 7",
        "uuid; md5(i::text)::uuid",
        "text; chr(200 + i) || 'x'",
        "varchar(30); 'it''s ' || i",
        "date; CASE WHEN i <= 8 THEN 'infinity' ELSE date '0001-02-03 BC' + i * 3000 END",
        "timestamp; CASE WHEN i <= 7 THEN '-infinity' ELSE timestamp '1999-12-31 23:59:58.9' + i * interval '0.300007 s' END",
        "timestamptz; CASE WHEN i <= 7 THEN '0044-03-15 12:00:00 BC' ELSE now() + i * interval '1 s' END"
      })
  void shouldReadEachRowOnceWhenEveryChunkHasItsOwnReader(String type, String value)
      throws Exception {
    try (TestDatabase database = new TestDatabase()) {
      database.run(
          "CREATE TABLE t (payload text, j int NOT NULL, k "
              + type
              + " NOT NULL, PRIMARY KEY (k, j))",
          "INSERT INTO t SELECT repeat('p', i), i, "
              + value
              + " FROM generate_series(1, 200) AS i ORDER BY md5(i::text)");
      try (Source source =
          new JdbcConnector()
              .source(database.config("t"), new ObjectMapper().readTree("{\"key\": {}}"))) {
        RowFormat raw = source.formats().getFirst();
        assertThat(raw).isNotEqualTo(RowFormat.RECORDS);
        Slice all = new Slice.Keys(new KeyRange(List.of("k", "j"), null, null, false, null));
        Sum once = new Sum();
        try (ChunkReader reader = source.open(all, raw)) {
          assertThat(reader.read(Cursor.START, new ChunkSize(1_000, 1 << 20), once).last())
              .isTrue();
        }
        Sum chunks = new Sum();
        Cursor cursor = Cursor.START;
        boolean last = false;
        while (!last) {
          long before = chunks.rows;
          try (ChunkReader reader = source.open(all, raw)) {
            ChunkReader.ChunkEnd end = reader.read(cursor, new ChunkSize(7, 1 << 20), chunks);
            assertThat(chunks.rows - before).isBetween(1L, 7L);
            cursor = end.cursor();
            last = end.last();
          }
        }
        assertThat(once.rows).isEqualTo(200);
        assertThat(chunks.rows).isEqualTo(200);
        assertThat(chunks.digest).isEqualTo(once.digest);
      }
    }
  }

  /** Counts and hashes raw rows. */
  private static final class Sum implements Rows {
    private long rows;
    private long digest;

    @Override
    public void record(GenericRecord row) {
      throw new IllegalStateException("raw rows were asked for");
    }

    @Override
    public void bytes(byte[] buffer, int offset, int length) {
      rows++;
      digest += RowHash.of(buffer, offset, length);
    }

    @Override
    public void refused(GenericRecord row, TaskException why) throws TaskException {
      throw why;
    }
  }
}
