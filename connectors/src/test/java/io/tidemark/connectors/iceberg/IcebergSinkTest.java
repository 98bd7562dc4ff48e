package io.tidemark.connectors.iceberg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.tidemark.connectors.api.Rows;
import io.tidemark.connectors.api.Sink;
import io.tidemark.connectors.api.SinkWriter;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.CommittedFile;
import io.tidemark.schemas.avro.FailureKind;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What fits a table, and what is refused by name. */
class IcebergSinkTest {

  @TempDir Path warehouse;

  private static Schema field(String name, Schema type) {
    return SchemaBuilder.record("row").fields().name(name).type(type).noDefault().endRecord();
  }

  private static Schema decimal(int precision, int scale) {
    return LogicalTypes.decimal(precision, scale).addToSchema(Schema.create(Schema.Type.BYTES));
  }

  private static GenericRecord row(Schema schema, Object... values) {
    GenericRecord row = new GenericData.Record(schema);
    for (int i = 0; i < values.length; i++) {
      row.put(i, values[i]);
    }
    return row;
  }

  private Table create(Types.NestedField... columns) {
    return Tables.catalog(warehouse)
        .createTable(
            Tables.NAME, new org.apache.iceberg.Schema(columns), PartitionSpec.unpartitioned());
  }

  private TaskException refused(Schema rows, String more) throws TaskException {
    try (Sink sink = Tables.sink(warehouse, more)) {
      TaskException e =
          catchThrowableOfType(TaskException.class, () -> sink.check(Tables.shape(rows)));
      assertThat(e.kind()).isEqualTo(FailureKind.FATAL);
      return e;
    }
  }

  @Test
  void shouldNameEveryColumnThatDoesNotFitWhenTheTableIsThere() throws Exception {
    create(
        Types.NestedField.required(1, "id", Types.LongType.get()),
        Types.NestedField.optional(2, "price", Types.DecimalType.of(8, 2)),
        Types.NestedField.optional(3, "at", Types.TimestampType.withoutZone()),
        Types.NestedField.optional(4, "size", Types.IntegerType.get()),
        Types.NestedField.required(5, "shop", Types.StringType.get()));
    Schema rows =
        SchemaBuilder.record("row")
            .fields()
            .requiredLong("id")
            .name("price")
            .type(decimal(10, 2))
            .noDefault()
            .name("at")
            .type(LogicalTypes.timestampMicros().addToSchema(Schema.create(Schema.Type.LONG)))
            .noDefault()
            .requiredLong("size")
            .requiredString("shp")
            .endRecord();

    assertThat(refused(rows, ""))
        .hasMessageContainingAll(
            "rows does not fit lake.rows in the hadoop catalog " + warehouse,
            "column 'price' is decimal(10, 2) at the source and decimal(8, 2) in the table",
            "column 'at' is timestamptz at the source and timestamp in the table",
            "column 'size' is long at the source and int in the table",
            "the table's column 'shop' is required, and the source does not deliver it",
            "the table has no column 'shp'",
            "did you mean shop?");
  }

  @ParameterizedTest
  @CsvSource({
    "0, a union of several types",
    "1, has 39 digits",
    "2, has no type",
    "3, a record without fields",
    "4, cast it to timestamptz"
  })
  void shouldNameTheColumnWhenATableForItCannotBeCreated(int n, String why) throws Exception {
    List<Schema> types =
        List.of(
            SchemaBuilder.unionOf().intType().and().stringType().endUnion(),
            decimal(39, 2),
            Schema.create(Schema.Type.NULL),
            SchemaBuilder.record("empty").fields().endRecord(),
            LogicalTypes.timestampNanos().addToSchema(Schema.create(Schema.Type.LONG)));

    assertThat(refused(field("odd", types.get(n)), "")).hasMessageContainingAll("'odd'", why);
    assertThat(Tables.files(warehouse)).isEmpty();
  }

  @Test
  void shouldRefuseWhenTheTableIsMissingAndNotToBeCreated() throws Exception {
    create(Types.NestedField.required(1, "id", Types.LongType.get()));
    Schema rows = SchemaBuilder.record("row").fields().requiredLong("id").endRecord();
    try (Sink sink =
        Tables.sink(
            "{'catalog': {'type': 'hadoop', 'warehouse': '"
                + warehouse
                + "'}, 'table': 'lake.row', 'create': 'never'}")) {
      assertThatThrownBy(() -> sink.check(Tables.shape(rows)))
          .isInstanceOf(TaskException.class)
          .hasMessageContainingAll("there is no lake.row", "did you mean rows?", "create");
      assertThatThrownBy(() -> sink.prepare(Tables.shape(rows))).hasMessageContaining("lake.row");
    }
    assertThat(warehouse.resolve("lake/row")).doesNotExist();
  }

  @Test
  void shouldPromoteWhereIcebergLetsTypesBePromoted() throws Exception {
    create(
        Types.NestedField.optional(1, "a", Types.LongType.get()),
        Types.NestedField.optional(2, "b", Types.DoubleType.get()),
        Types.NestedField.optional(3, "c", Types.DecimalType.of(20, 2)),
        Types.NestedField.optional(4, "d", Types.UUIDType.get()),
        Types.NestedField.optional(5, "e", Types.StringType.get()));
    Schema rows =
        SchemaBuilder.record("row")
            .fields()
            .requiredFloat("b")
            .name("c")
            .type(decimal(4, 2))
            .noDefault()
            .requiredInt("a")
            .requiredString("d")
            .endRecord();
    String uuid = "01234567-89ab-cdef-fedc-ba9876543210";
    try (Sink sink = Tables.sink(warehouse)) {
      ByteBuffer price = ByteBuffer.wrap(new byte[] {-1});
      Tables.write(sink, rows, List.of(row(rows, 1.25f, price, -7, uuid)));
    }
    Record read = Tables.read(Tables.table(warehouse)).get(0);
    assertThat(read.getField("a")).isEqualTo(-7L);
    assertThat(read.getField("b")).isEqualTo(1.25);
    assertThat(read.getField("c")).isEqualTo(new BigDecimal("-0.01"));
    assertThat(read.getField("d")).isEqualTo(UUID.fromString(uuid));
    assertThat(read.getField("e")).isNull();
  }

  @Test
  void shouldRefuseTheRowAloneWhenTheTableCannotHoldAValue() throws Exception {
    create(
        Types.NestedField.required(1, "id", Types.LongType.get()),
        Types.NestedField.optional(2, "u", Types.UUIDType.get()),
        Types.NestedField.optional(3, "d", Types.DateType.get()));
    Schema rows =
        SchemaBuilder.record("row")
            .fields()
            .optionalLong("id")
            .optionalString("u")
            .name("d")
            .type(LogicalTypes.date().addToSchema(Schema.create(Schema.Type.INT)))
            .noDefault()
            .endRecord();
    try (Sink sink = Tables.sink(warehouse)) {
      sink.prepare(Tables.shape(rows));
      try (SinkWriter writer = Tables.open(sink, rows, 1, 1)) {
        assertPoison(writer, row(rows, null, null, 0), "column 'id' is NULL");
        assertPoison(writer, row(rows, 1L, "1-1-1-1-1", 0), "column 'u' is no UUID");
        assertPoison(writer, row(rows, 1L, null, Integer.MAX_VALUE), "column 'd' is infinity");
        List<CommittedFile> files = Tables.chunk(writer, List.of(row(rows, 5L, null, 1)));
        assertThat(Tables.files(warehouse.resolve("lake/rows/data"))).hasSize(1);
        sink.finish(Tables.manifest(files));
      }
    }
    assertThat(Tables.read(Tables.table(warehouse)))
        .singleElement()
        .satisfies(r -> assertThat(r.getField("id")).isEqualTo(5L));
  }

  private static void assertPoison(SinkWriter writer, GenericRecord row, String why)
      throws TaskException {
    Rows out = writer.begin();
    TaskException e = catchThrowableOfType(TaskException.class, () -> out.record(row));
    assertThat(e.kind()).isEqualTo(FailureKind.POISON);
    assertThat(e).hasMessageContaining(why);
    writer.abort();
  }

  @Test
  void shouldHaveOddColumnNamesWhenCreated() throws Exception {
    Schema rows =
        Schema.createRecord("row", null, null, false, List.of(odd("a_b", "a b"), odd("c", "c.d")));
    try (Sink sink = Tables.sink(warehouse)) {
      Tables.write(sink, rows, List.of(row(rows, 1L, 2L)));
    }
    Record read = Tables.read(Tables.table(warehouse)).get(0);
    assertThat(read.getField("a b")).isEqualTo(1L);
    assertThat(read.getField("c.d")).isEqualTo(2L);
  }

  private static Schema.Field odd(String name, String column) {
    Schema.Field field = new Schema.Field(name, Schema.create(Schema.Type.LONG));
    field.addProp("tidemark.column", column);
    return field;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'catalog': {'type': 'glue'}, 'table': 'a.b'} | there are: hadoop, jdbc, rest",
        "{'catalog': {'type': 'hadoop'}, 'table': 'a.b'} | sink.iceberg.catalog.warehouse is missing",
        "{'catalog': {'type': 'hadoop', 'warehouse': 's3://b/w'}, 'table': 'a.b'} | use a catalog of type jdbc or rest",
        "{'catalog': {'type': 'jdbc', 'warehouse': 'w'}, 'table': 'a.b'} | sink.iceberg.catalog.uri is missing",
        "{'catalog': {'type': 'rest', 'uri': 'http://u:geheim@h'}, 'table': 'a.b'} | holds a password",
        "{'catalog': {'type': 'hadoop', 'warehouse': 'w'}, 'table': 'b'} | is no namespace and table",
        "{'catalog': {'type': 'hadoop', 'warehouse': 'w'}, 'table': '../x.b'} | is no namespace and table"
      })
  void shouldRefuseSettingsThatMakeNoSense(String settings, String why) {
    assertThatThrownBy(() -> Tables.sink(settings))
        .isInstanceOf(TaskException.class)
        .hasMessageContaining(why)
        .hasMessageNotContaining("geheim");
  }

  @Test
  void shouldRefuseWhenTheBranchIsATag() throws Exception {
    Table table = create(Types.NestedField.optional(1, "id", Types.LongType.get()));
    table.newAppend().commit();
    table.manageSnapshots().createTag("v1", table.currentSnapshot().snapshotId()).commit();
    Schema rows = SchemaBuilder.record("row").fields().requiredLong("id").endRecord();
    assertThat(refused(rows, ", 'branch': 'v1'")).hasMessageContaining("'v1' is a tag");
  }

  @Test
  void shouldRefuseACompressionThatIsNotWritten() throws Exception {
    Table table = create(Types.NestedField.optional(1, "id", Types.LongType.get()));
    table.updateProperties().set("write.parquet.compression-codec", "brotli").commit();
    Schema rows = SchemaBuilder.record("row").fields().requiredLong("id").endRecord();
    assertThat(refused(rows, ""))
        .hasMessageContainingAll("write.parquet.compression-codec=brotli", "change the property");
  }

  @Test
  void shouldSayWhereWhenTheWarehouseCannotBeWritten() throws Exception {
    Files.writeString(warehouse.resolve("lake"), "a file in the way");
    Schema rows = SchemaBuilder.record("row").fields().requiredLong("id").endRecord();
    try (Sink sink = Tables.sink(warehouse)) {
      assertThatThrownBy(() -> sink.prepare(Tables.shape(rows)))
          .isInstanceOf(TaskException.class)
          .hasMessageContaining(warehouse.toString());
    }
  }
}
