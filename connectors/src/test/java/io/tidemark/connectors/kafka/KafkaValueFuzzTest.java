package io.tidemark.connectors.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.connectors.columns.BadValueException;
import io.tidemark.testing.Fuzz;
import io.tidemark.testing.Mutator;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.message.BinaryMessageEncoder;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

/** Damaged values, read as a worker would. */
class KafkaValueFuzzTest {

  private static final int LONGEST_MESSAGE = 10_000;

  private static final Schema SCHEMA =
      new Schema.Parser()
          .parse(
              """
              {"type": "record", "name": "order", "fields": [
                {"name": "id", "type": "long"},
                {"name": "name", "type": ["null", "string"]},
                {"name": "raw", "type": "bytes"},
                {"name": "state", "type": {"type": "enum", "name": "st", "symbols": ["A", "B"]}},
                {"name": "tags", "type": {"type": "array", "items": "string"}},
                {"name": "map", "type": {"type": "map", "values": "double"}},
                {"name": "fix", "type": {"type": "fixed", "name": "fx", "size": 4}}]}
              """);

  private static GenericRecord order(int tags) {
    GenericData.Record r = new GenericData.Record(SCHEMA);
    r.put("id", 1L << 40);
    r.put("name", "näme");
    r.put("raw", ByteBuffer.wrap(new byte[] {1, 2, 3}));
    r.put("state", new GenericData.EnumSymbol(SCHEMA.getField("state").schema(), "B"));
    r.put("tags", new ArrayList<>(List.of("a".repeat(tags), "b")));
    r.put("map", Map.of("x", 1.5));
    r.put("fix", new GenericData.Fixed(SCHEMA.getField("fix").schema(), new byte[] {9, 9, 9, 9}));
    return r;
  }

  private static byte[] binary(GenericRecord record) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
    new GenericDatumWriter<GenericRecord>(SCHEMA).write(record, encoder);
    encoder.flush();
    return out.toByteArray();
  }

  private static void run(String name, String settings, ValueReader values, List<byte[]> corpus)
      throws Exception {
    RowReader rows =
        new RowReader(
            SourceSettings.of(
                Cluster.yaml("{bootstrap: 'h:1', topic: t, %s}".formatted(settings)), null),
            values);
    Fuzz.run(
        name,
        4_000,
        2_000,
        new Mutator(corpus, List.of("\u0000", "\u007f", "{", "\"", "1e999", "\\ud800")),
        input -> {
          try {
            GenericRecord row = rows.row(new ConsumerRecord<>("t", 0, 0, null, input));
            assertThat(GenericData.get().validate(row.getSchema(), row)).as("%s", row).isTrue();
            return true;
          } catch (BadValueException e) {
            assertThat(e.getMessage().length()).isLessThan(LONGEST_MESSAGE);
            return false;
          }
        });
  }

  private static ValueReader avro(AvroForm form) {
    AvroValues values = new AvroValues(form, SCHEMA, Optional.empty());
    return ValueReader.of(values.fields(), values);
  }

  @Test
  void shouldReadOrRefuseWhenAnAvroBodyIsDamaged() throws Exception {
    run(
        "kafka-avro-binary",
        "format: avro, encoding: binary, schema: " + SCHEMA,
        avro(AvroForm.BINARY),
        List.of(binary(order(1)), binary(order(300))));
  }

  @Test
  void shouldReadOrRefuseWhenASingleObjectIsDamaged() throws Exception {
    ByteBuffer one =
        new BinaryMessageEncoder<GenericRecord>(GenericData.get(), SCHEMA).encode(order(5));
    byte[] bytes = new byte[one.remaining()];
    one.get(bytes);
    run(
        "kafka-avro-single-object",
        "format: avro, schema: " + SCHEMA,
        avro(AvroForm.SINGLE_OBJECT),
        List.of(bytes));
  }

  @Test
  void shouldReadOrRefuseWhenJsonIsDamaged() throws Exception {
    String settings = "format: json, schema: {id: long, s: string, d: 'decimal(9,2)'}";
    run(
        "kafka-json",
        settings,
        ValueReader.json(
            SourceSettings.of(
                    Cluster.yaml("{bootstrap: 'h:1', topic: t, %s}".formatted(settings)), null)
                .types()),
        List.of(
            "{\"id\": 1, \"s\": \"ü\\n\\uD83D\\uDE00\", \"d\": 1.50}"
                .getBytes(StandardCharsets.UTF_8)));
  }
}
