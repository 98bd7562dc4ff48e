package io.tidemark.connectors.file;

import io.tidemark.connectors.api.Source;
import io.tidemark.connectors.api.SourceContract;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.junit.jupiter.api.io.TempDir;

class ParquetSourceContractTest extends SourceContract {

  private static final Schema SCHEMA =
      SchemaBuilder.record("row").fields().requiredInt("id").optionalString("note").endRecord();

  @TempDir Path dir;

  @Override
  protected Source source() throws Exception {
    for (int file = 0; file < 2; file++) {
      Path path = dir.resolve("part" + file + ".parquet");
      if (!Files.exists(path)) {
        // Row groups of 40 rows: slices of two or three of them, and a short one at the end.
        try (SyncedFile out = SyncedFile.create(path)) {
          ParquetRowFile rows = new ParquetRowFile(out, SCHEMA, CompressionCodecName.SNAPPY, 40);
          for (int i = 150 * file; i < 150 * (file + 1); i++) {
            rows.write(row(i));
          }
          rows.end();
          out.finish();
        }
      }
    }
    return Fixture.source(dir, "'format': 'parquet'", 1_000);
  }

  private static GenericData.Record row(int i) {
    return new GenericRecordBuilder(SCHEMA)
        .set("id", i)
        .set("note", i % 3 == 0 ? null : "note " + i)
        .build();
  }

  @Override
  protected List<String> expected() {
    return IntStream.range(0, 300).mapToObj(i -> identity(row(i))).toList();
  }

  @Override
  protected String identity(GenericRecord row) {
    return row.get("id") + "|" + row.get("note");
  }
}
