package io.tidemark.worker.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.util.RandomData;
import org.apache.avro.util.Utf8;
import org.junit.jupiter.api.Test;

/** Digests live as long as what they prove: the bytes are Avro's own, whatever the record. */
class RecordBytesTest {

  private static final Schema SCHEMA =
      SchemaBuilder.record("row")
          .fields()
          .requiredBoolean("b")
          .requiredInt("i")
          .requiredLong("l")
          .requiredFloat("f")
          .requiredDouble("d")
          .requiredString("s")
          .requiredBytes("y")
          .optionalLong("nullFirst")
          .nullableString("nullLast", "")
          .name("either")
          .type()
          .unionOf()
          .nullType()
          .and()
          .intType()
          .and()
          .stringType()
          .endUnion()
          .noDefault()
          .name("fixed")
          .type()
          .fixed("four")
          .size(4)
          .noDefault()
          .name("e")
          .type()
          .enumeration("letter")
          .symbols("A", "B")
          .noDefault()
          .name("list")
          .type()
          .nullable()
          .array()
          .items()
          .stringType()
          .noDefault()
          .name("map")
          .type()
          .map()
          .values()
          .longType()
          .noDefault()
          .endRecord();

  @Test
  void shouldBeAvrosOwnBytesWhenRecordsAreRandom() throws Exception {
    long seed = Long.getLong("tidemark.seed", System.nanoTime());
    System.out.println("RecordBytesTest: -Dtidemark.seed=" + seed);
    RecordBytes bytes = new RecordBytes(SCHEMA);

    for (Object row : new RandomData(SCHEMA, 2_000, seed)) {
      assertSame(bytes, (GenericRecord) row);
    }
  }

  @Test
  void shouldBeAvrosOwnBytesWhenValuesLieAtTheEnds() throws Exception {
    Schema schema =
        SchemaBuilder.record("row")
            .fields()
            .requiredInt("i")
            .requiredLong("l")
            .requiredFloat("f")
            .requiredDouble("d")
            .requiredString("s")
            .requiredBytes("y")
            .endRecord();
    RecordBytes bytes = new RecordBytes(schema);
    List<Object[]> rows = new ArrayList<>();
    rows.add(row(0, 0L, -0f, -0d, "", ByteBuffer.allocate(0)));
    rows.add(row(Integer.MIN_VALUE, Long.MIN_VALUE, Float.NaN, Double.NaN, "é€𝄞", part()));
    rows.add(row(Integer.MAX_VALUE, Long.MAX_VALUE, 1e38f, 1e308, new Utf8("ü"), part()));
    rows.add(row(-1, 63L, 1f, 1d, "x".repeat(100_000), ByteBuffer.allocate(5_000)));
    rows.add(row(64, -65L, 1f, 1d, "half \ud800 a pair", part().asReadOnlyBuffer()));

    for (Object[] values : rows) {
      GenericRecord row = new GenericData.Record(schema);
      for (int i = 0; i < values.length; i++) {
        row.put(i, values[i]);
      }
      assertSame(bytes, row);
      assertSame(bytes, row);
    }
  }

  private static Object[] row(Object... values) {
    return values;
  }

  /** Two bytes in the middle of five. */
  private static ByteBuffer part() {
    return ByteBuffer.wrap(new byte[] {1, 2, 3, 4, 5}, 2, 2);
  }

  private static void assertSame(RecordBytes bytes, GenericRecord row) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
    new GenericDatumWriter<GenericRecord>(row.getSchema(), GenericData.get()).write(row, encoder);

    bytes.encode(row);

    assertThat(ByteBuffer.wrap(bytes.array(), 0, bytes.length()))
        .isEqualTo(ByteBuffer.wrap(out.toByteArray()));
  }
}
