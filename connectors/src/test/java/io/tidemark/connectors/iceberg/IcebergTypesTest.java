package io.tidemark.connectors.iceberg;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.connectors.api.Sink;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.util.Utf8;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every type of the matrix, written and read back by Iceberg's own reader. */
class IcebergTypesTest {

  /**
   * @param wanted the type of the created column
   * @param values pairs of what is written and what is read
   */
  private record Case(String name, Schema schema, Type wanted, List<Object> values) {}

  @TempDir Path warehouse;

  private static Case of(String name, Schema schema, Type wanted, Object... values) {
    return new Case(name, schema, wanted, List.of(values));
  }

  private static Schema plain(Schema.Type type) {
    return Schema.create(type);
  }

  private static Schema logical(LogicalType logical, Schema.Type type) {
    return logical.addToSchema(plain(type));
  }

  private static ByteBuffer unscaled(String value) {
    return ByteBuffer.wrap(new BigDecimal(value).unscaledValue().toByteArray());
  }

  private static List<Case> cases() {
    LocalDateTime at = LocalDateTime.of(1969, 12, 31, 23, 59, 59, 123_456_000);
    long micros = at.toEpochSecond(ZoneOffset.UTC) * 1_000_000 + 123_456;
    UUID uuid = UUID.fromString("01234567-89ab-cdef-fedc-ba9876543210");
    Schema fixedUuid = LogicalTypes.uuid().addToSchema(Schema.createFixed("u", null, null, 16));
    byte[] uuidBytes =
        ByteBuffer.allocate(16)
            .putLong(uuid.getMostSignificantBits())
            .putLong(uuid.getLeastSignificantBits())
            .array();
    Schema fixedDecimal =
        LogicalTypes.decimal(12, 2).addToSchema(Schema.createFixed("d", null, null, 6));
    Schema tags =
        Schema.createArray(Schema.createUnion(plain(Schema.Type.NULL), plain(Schema.Type.STRING)));
    Schema point =
        SchemaBuilder.record("point").fields().requiredInt("x").optionalDouble("y").endRecord();
    GenericRecord here = new GenericData.Record(point);
    here.put("x", 3);
    return List.of(
        of("a_bool", plain(Schema.Type.BOOLEAN), Types.BooleanType.get(), true, true, false, false),
        of(
            "an_int",
            plain(Schema.Type.INT),
            Types.IntegerType.get(),
            Integer.MIN_VALUE,
            Integer.MIN_VALUE,
            Integer.MAX_VALUE,
            Integer.MAX_VALUE),
        of(
            "a_long",
            plain(Schema.Type.LONG),
            Types.LongType.get(),
            Long.MIN_VALUE,
            Long.MIN_VALUE,
            Long.MAX_VALUE,
            Long.MAX_VALUE),
        of("a_float", plain(Schema.Type.FLOAT), Types.FloatType.get(), 1.5f, 1.5f, -0.0f, -0.0f),
        of(
            "a_double",
            plain(Schema.Type.DOUBLE),
            Types.DoubleType.get(),
            Double.NaN,
            Double.NaN,
            Double.NEGATIVE_INFINITY,
            Double.NEGATIVE_INFINITY),
        of(
            "a_text",
            plain(Schema.Type.STRING),
            Types.StringType.get(),
            new Utf8("größe\u0000 😀"),
            "größe\u0000 😀",
            "",
            ""),
        of(
            "an_enum",
            Schema.createEnum("e", null, null, List.of("A", "B")),
            Types.StringType.get(),
            "B",
            "B",
            "A",
            "A"),
        of(
            "some_bytes",
            plain(Schema.Type.BYTES),
            Types.BinaryType.get(),
            ByteBuffer.wrap(new byte[] {0, -1, 7}),
            ByteBuffer.wrap(new byte[] {0, -1, 7}),
            ByteBuffer.wrap(new byte[0]),
            ByteBuffer.wrap(new byte[0])),
        of(
            "fixed_bytes",
            Schema.createFixed("f", null, null, 3),
            Types.FixedType.ofLength(3),
            new GenericData.Fixed(Schema.createFixed("f", null, null, 3), new byte[] {1, 2, -3}),
            new byte[] {1, 2, -3}),
        of(
            "small_decimal",
            logical(LogicalTypes.decimal(9, 2), Schema.Type.BYTES),
            Types.DecimalType.of(9, 2),
            unscaled("-9999999.99"),
            new BigDecimal("-9999999.99"),
            unscaled("0.01"),
            new BigDecimal("0.01")),
        of(
            "mid_decimal",
            fixedDecimal,
            Types.DecimalType.of(12, 2),
            new GenericData.Fixed(fixedDecimal, new byte[] {-1, -1, -1, -1, -1, -2}),
            new BigDecimal("-0.02")),
        of(
            "large_decimal",
            logical(LogicalTypes.decimal(38, 10), Schema.Type.BYTES),
            Types.DecimalType.of(38, 10),
            unscaled("-1234567890123456789012345678.0123456789"),
            new BigDecimal("-1234567890123456789012345678.0123456789"),
            unscaled("9999999999999999999999999999.9999999999"),
            new BigDecimal("9999999999999999999999999999.9999999999")),
        of(
            "a_date",
            logical(LogicalTypes.date(), Schema.Type.INT),
            Types.DateType.get(),
            (int) LocalDate.of(1, 1, 1).toEpochDay(),
            LocalDate.of(1, 1, 1),
            (int) LocalDate.of(9999, 12, 31).toEpochDay(),
            LocalDate.of(9999, 12, 31)),
        of(
            "time_millis",
            logical(LogicalTypes.timeMillis(), Schema.Type.INT),
            Types.TimeType.get(),
            86_399_999,
            LocalTime.of(23, 59, 59, 999_000_000)),
        of(
            "time_micros",
            logical(LogicalTypes.timeMicros(), Schema.Type.LONG),
            Types.TimeType.get(),
            1L,
            LocalTime.of(0, 0, 0, 1_000)),
        of(
            "ts_millis",
            logical(LogicalTypes.timestampMillis(), Schema.Type.LONG),
            Types.TimestampType.withZone(),
            -1L,
            OffsetDateTime.of(1969, 12, 31, 23, 59, 59, 999_000_000, ZoneOffset.UTC)),
        of(
            "ts_micros",
            logical(LogicalTypes.timestampMicros(), Schema.Type.LONG),
            Types.TimestampType.withZone(),
            micros,
            at.atOffset(ZoneOffset.UTC)),
        of(
            "local_millis",
            logical(LogicalTypes.localTimestampMillis(), Schema.Type.LONG),
            Types.TimestampType.withoutZone(),
            -1L,
            LocalDateTime.of(1969, 12, 31, 23, 59, 59, 999_000_000)),
        of(
            "local_micros",
            logical(LogicalTypes.localTimestampMicros(), Schema.Type.LONG),
            Types.TimestampType.withoutZone(),
            micros,
            at),
        of(
            "text_uuid",
            logical(LogicalTypes.uuid(), Schema.Type.STRING),
            Types.UUIDType.get(),
            new Utf8(uuid.toString()),
            uuid),
        of(
            "fixed_uuid",
            fixedUuid,
            Types.UUIDType.get(),
            new GenericData.Fixed(fixedUuid, uuidBytes),
            uuid),
        of(
            "tags",
            tags,
            null,
            Arrays.asList(new Utf8("a"), null, new Utf8("c")),
            Arrays.asList("a", null, "c"),
            List.of(),
            List.of()),
        of(
            "counts",
            Schema.createMap(plain(Schema.Type.LONG)),
            null,
            Map.of(new Utf8("k"), 5L),
            Map.of("k", 5L),
            Map.of(),
            Map.of()),
        of("place", point, null, here, List.of("x", 3)));
  }

  private static Schema schema(List<Case> cases) {
    List<Schema.Field> fields = new ArrayList<>();
    for (Case c : cases) {
      fields.add(
          new Schema.Field(
              c.name(),
              Schema.createUnion(plain(Schema.Type.NULL), c.schema()),
              null,
              Schema.Field.NULL_DEFAULT_VALUE));
    }
    return Schema.createRecord("row", null, null, false, fields);
  }

  /** Rows of first values, of second ones (or the first again), and of NULLs. */
  private static List<GenericRecord> rows(List<Case> cases, Schema schema) {
    List<GenericRecord> rows = new ArrayList<>();
    for (int n = 0; n < 3; n++) {
      GenericRecord row = new GenericData.Record(schema);
      for (int i = 0; i < cases.size() && n < 2; i++) {
        row.put(i, cases.get(i).values().get(value(cases.get(i), n)));
      }
      rows.add(row);
    }
    return rows;
  }

  private static int value(Case c, int n) {
    return c.values().size() > 2 ? 2 * n : 0;
  }

  @Test
  void shouldRoundTripEveryTypeWhenReadByIceberg() throws Exception {
    List<Case> cases = cases();
    Schema schema = schema(cases);
    try (Sink sink = Tables.sink(warehouse)) {
      Tables.write(sink, schema, rows(cases, schema));
    }
    Table table = Tables.table(warehouse);
    List<Record> read = Tables.read(table);

    assertThat(read).hasSize(3);
    for (Case c : cases) {
      if (c.wanted() != null) {
        assertThat(table.schema().findType(c.name())).as(c.name()).isEqualTo(c.wanted());
      }
      for (int n = 0; n < 2; n++) {
        Object value = read.get(n).getField(c.name());
        Object wanted = c.values().get(value(c, n) + 1);
        if (value instanceof Record record) {
          assertThat(List.of("x", record.getField("x"))).as(c.name()).isEqualTo(wanted);
          assertThat(record.getField("y")).as(c.name()).isNull();
        } else {
          assertThat(value).as(c.name()).isEqualTo(wanted);
        }
      }
      assertThat(read.get(2).getField(c.name())).as(c.name()).isNull();
    }
  }

  private static DataFile file(Table table) throws Exception {
    try (CloseableIterable<FileScanTask> tasks = table.newScan().includeColumnStats().planFiles()) {
      return tasks.iterator().next().file();
    }
  }

  @Test
  void shouldCommitCountsAndBoundsOfEveryColumn() throws Exception {
    List<Case> cases = cases();
    Schema schema = schema(cases);
    try (Sink sink = Tables.sink(warehouse)) {
      Tables.write(sink, schema, rows(cases, schema));
    }
    Table table = Tables.table(warehouse);
    DataFile file = file(table);

    assertThat(file.recordCount()).isEqualTo(3);
    assertThat(file.splitOffsets()).containsExactly(4L);
    for (Case c : cases) {
      if (c.wanted() != null) {
        int id = table.schema().findField(c.name()).fieldId();
        assertThat(file.valueCounts()).as(c.name()).containsEntry(id, 3L);
        assertThat(file.nullValueCounts()).as(c.name()).containsEntry(id, 1L);
      }
    }
    assertBounds(table, file, "an_int", Integer.MIN_VALUE, Integer.MAX_VALUE);
    assertBounds(table, file, "a_long", Long.MIN_VALUE, Long.MAX_VALUE);
    assertBounds(table, file, "a_bool", false, true);
    assertBounds(table, file, "a_float", -0.0f, 1.5f);
    assertBounds(table, file, "a_double", Double.NEGATIVE_INFINITY, Double.NEGATIVE_INFINITY);
    assertBounds(
        table, file, "small_decimal", new BigDecimal("-9999999.99"), new BigDecimal("0.01"));
    assertBounds(
        table,
        file,
        "large_decimal",
        new BigDecimal("-1234567890123456789012345678.0123456789"),
        new BigDecimal("9999999999999999999999999999.9999999999"));
    assertBounds(
        table,
        file,
        "a_date",
        (int) LocalDate.of(1, 1, 1).toEpochDay(),
        (int) LocalDate.of(9999, 12, 31).toEpochDay());
    assertThat(file.nanValueCounts())
        .containsEntry(table.schema().findField("a_double").fieldId(), 1L)
        .containsEntry(table.schema().findField("a_float").fieldId(), 0L);
    assertThat(
            StandardCharsets.UTF_8
                .decode(file.upperBounds().get(table.schema().findField("a_text").fieldId()))
                .toString())
        .isEqualTo("größe\u0000 😀");
  }

  private static void assertBounds(
      Table table, DataFile file, String column, Object lower, Object upper) {
    Types.NestedField field = table.schema().findField(column);
    Object low = Conversions.fromByteBuffer(field.type(), file.lowerBounds().get(field.fieldId()));
    Object high = Conversions.fromByteBuffer(field.type(), file.upperBounds().get(field.fieldId()));
    assertThat(low).as(column).isEqualTo(lower);
    assertThat(high).as(column).isEqualTo(upper);
  }

  @Test
  void shouldHaveNoBoundsWhenAllAreNotANumber() throws Exception {
    Schema schema = SchemaBuilder.record("row").fields().requiredDouble("d").endRecord();
    GenericRecord row = new GenericData.Record(schema);
    row.put(0, Double.NaN);
    try (Sink sink = Tables.sink(warehouse)) {
      Tables.write(sink, schema, List.of(row, row));
    }
    DataFile file = file(Tables.table(warehouse));
    assertThat(file.nanValueCounts()).containsEntry(1, 2L);
    assertThat(file.lowerBounds()).isNullOrEmpty();
    assertThat(Tables.read(Tables.table(warehouse)))
        .extracting(r -> (Double) r.getField("d"))
        .containsExactly(Double.NaN, Double.NaN);
  }
}
