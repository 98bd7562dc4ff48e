package io.tidemark.connectors.file;

import io.tidemark.connectors.api.Source;
import io.tidemark.connectors.api.SourceContract;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.file.CodecFactory;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.junit.jupiter.api.io.TempDir;

class AvroSourceContractTest extends SourceContract {

  private static final Schema SCHEMA =
      SchemaBuilder.record("orders")
          .namespace("shop")
          .fields()
          .requiredInt("id")
          .optionalString("note")
          .endRecord();

  @TempDir Path dir;

  @Override
  protected Source source() throws Exception {
    for (int file = 0; file < 2; file++) {
      Path path = dir.resolve("part" + file + ".avro");
      if (!Files.exists(path)) {
        int first = 150 * file;
        // Blocks of 13 rows, one of none, and a short one at the end.
        List<List<GenericData.Record>> blocks =
            IntStream.rangeClosed(0, 12)
                .mapToObj(
                    b ->
                        IntStream.range(13 * b, b == 5 ? 13 * b : 13 * b + 13)
                            .filter(i -> i < 150)
                            .mapToObj(i -> row(first + i))
                            .toList())
                .toList();
        Files.write(path, AvroFiles.of(SCHEMA, CodecFactory.deflateCodec(6), blocks));
      }
    }
    return Fixture.source(dir, "'format': 'avro'", 300);
  }

  private static GenericData.Record row(int i) {
    return new GenericRecordBuilder(SCHEMA)
        .set("id", i)
        .set("note", i % 3 == 0 ? null : "note " + i)
        .build();
  }

  @Override
  protected List<String> expected() {
    return IntStream.range(0, 300)
        .filter(i -> i % 150 / 13 != 5)
        .mapToObj(i -> identity(row(i)))
        .toList();
  }

  @Override
  protected String identity(GenericRecord row) {
    return row.get("id") + "|" + row.get("note");
  }
}
