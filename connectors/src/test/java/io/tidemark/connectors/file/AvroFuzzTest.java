package io.tidemark.connectors.file;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.file.CodecFactory;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AvroFuzzTest {

  @TempDir Path dir;

  private static List<byte[]> corpus() throws Exception {
    Schema point = SchemaBuilder.record("point").fields().requiredDouble("x").endRecord();
    Schema schema =
        SchemaBuilder.record("row")
            .fields()
            .requiredLong("id")
            .optionalString("text")
            .name("list")
            .type(Schema.createArray(point))
            .noDefault()
            .name("map")
            .type(Schema.createMap(Schema.create(Schema.Type.BYTES)))
            .noDefault()
            .name("color")
            .type(Schema.createEnum("color", null, null, List.of("RED", "BLUE")))
            .noDefault()
            .name("four")
            .type(Schema.createFixed("four", null, null, 4))
            .noDefault()
            .requiredBoolean("b")
            .endRecord();
    List<GenericRecord> rows = new ArrayList<>();
    for (long i = 0; i < 20; i++) {
      GenericRecord p = new GenericRecordBuilder(point).set("x", i / 3.0).build();
      rows.add(
          new GenericRecordBuilder(schema)
              .set("id", i)
              .set("text", i % 2 == 0 ? null : "text of row " + i)
              .set("list", List.of(p, p))
              .set("map", Map.of("k", java.nio.ByteBuffer.wrap(new byte[] {1, 2, (byte) i})))
              .set("color", new GenericData.EnumSymbol(schema.getField("color").schema(), "BLUE"))
              .set(
                  "four",
                  new GenericData.Fixed(schema.getField("four").schema(), new byte[] {1, 2, 3, 4}))
              .set("b", i % 2 == 0)
              .build());
    }
    List<byte[]> corpus = new ArrayList<>();
    for (CodecFactory codec :
        List.of(
            CodecFactory.nullCodec(),
            CodecFactory.deflateCodec(6),
            CodecFactory.snappyCodec(),
            CodecFactory.zstandardCodec(3))) {
      corpus.add(AvroFiles.of(schema, codec, List.of(rows.subList(0, 7), rows.subList(7, 20))));
    }
    return corpus;
  }

  @Test
  void shouldReadOrRefuseWhenAFileIsDamaged() throws Exception {
    FileFuzz.run(
        "Avro files",
        10_000,
        0,
        dir.resolve("damaged.avro"),
        corpus(),
        List.of("Obj\u0001", "avro.codec", "snappy", "avro.schema", "{\"type\":\"long\"}"),
        List.of("'format': 'avro'"));
  }
}
