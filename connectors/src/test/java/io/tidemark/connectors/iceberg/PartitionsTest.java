package io.tidemark.connectors.iceberg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.connectors.api.Sink;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.CommittedFile;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.PartitionKey;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.InternalRecordWrapper;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.util.StructLikeWrapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tables that are partitioned: every row lies in a file of its partition. */
class PartitionsTest {

  private static final Schema SCHEMA =
      SchemaBuilder.record("row")
          .fields()
          .requiredLong("id")
          .optionalString("shop")
          .name("at")
          .type(LogicalTypes.timestampMicros().addToSchema(Schema.create(Schema.Type.LONG)))
          .noDefault()
          .name("price")
          .type(LogicalTypes.decimal(10, 2).addToSchema(Schema.create(Schema.Type.BYTES)))
          .noDefault()
          .name("day")
          .type(LogicalTypes.date().addToSchema(Schema.create(Schema.Type.INT)))
          .noDefault()
          .endRecord();

  @TempDir Path warehouse;

  private static GenericRecord row(int n) {
    GenericRecord row = new GenericData.Record(SCHEMA);
    row.put("id", (long) n);
    row.put("shop", n % 5 == 0 ? null : n % 5 == 1 ? "null" : "a/b=" + n % 5);
    row.put("at", (n - 100) * 7_200_000_000L);
    row.put(
        "price",
        java.nio.ByteBuffer.wrap(
            new BigDecimal(n - 100).setScale(2).unscaledValue().toByteArray()));
    row.put("day", n - 100);
    return row;
  }

  private static List<GenericRecord> rows(int count) {
    List<GenericRecord> rows = new ArrayList<>();
    for (int n = 0; n < count; n++) {
      rows.add(row(n));
    }
    return rows;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'shop'",
        "'day(at)'",
        "'month(at)'",
        "'year(day)', 'shop'",
        "'month(day)'",
        "'hour(at)'",
        "'bucket(8, id)'",
        "'bucket(4, shop)', 'bucket(3, price)'",
        "'bucket(5, at)'",
        "'truncate(3, shop)'",
        "'truncate(100, price)'",
        "'truncate( 100 , id )'"
      })
  void shouldPutEveryRowIntoAFileOfItsPartition(String terms) throws Exception {
    try (Sink sink = Tables.sink(warehouse, ", 'partitionedBy': [" + terms + "]")) {
      Tables.write(sink, SCHEMA, rows(200));
    }
    Table table = Tables.table(warehouse);
    assertThat(table.spec().fields()).hasSize(terms.split("', '", -1).length);
    Types.StructType type = table.spec().partitionType();
    PartitionKey key = new PartitionKey(table.spec(), table.schema());
    InternalRecordWrapper wrapper = new InternalRecordWrapper(table.schema().asStruct());
    long rows = 0;
    try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
      for (FileScanTask task : tasks) {
        StructLike told = task.file().partition();
        for (Record r : Tables.read(table, task.file())) {
          key.partition(wrapper.wrap(r));
          assertThat(StructLikeWrapper.forType(type).set(told))
              .as("%s in %s", r, told)
              .isEqualTo(StructLikeWrapper.forType(type).set(key));
          rows++;
        }
      }
    }
    assertThat(rows).isEqualTo(200);
    assertThat(ids(table, Expressions.equal("id", 123L))).containsExactly(123L);
    assertThat(ids(table, Expressions.equal("shop", "null"))).hasSize(40);
    assertThat(ids(table, Expressions.isNull("shop"))).hasSize(40);
    assertThat(ids(table, Expressions.lessThan("at", 0L))).hasSize(100);
  }

  private static List<Long> ids(Table table, Expression where) throws Exception {
    List<Long> ids = new ArrayList<>();
    try (CloseableIterable<Record> read = IcebergGenerics.read(table).where(where).build()) {
      read.forEach(r -> ids.add((Long) r.getField("id")));
    }
    return ids;
  }

  @Test
  void shouldWriteSeveralFilesOfAPartitionWhenRowsJumpAmongMany() throws Exception {
    Schema wide = wide(100);
    int most = LakeWriter.mostOpen(100);
    try (Sink sink = Tables.sink(warehouse, ", 'partitionedBy': ['c0']")) {
      List<GenericRecord> rows = new ArrayList<>();
      for (int n = 0; n < most + 3; n++) {
        GenericRecord row = new GenericData.Record(wide);
        for (int c = 0; c < 100; c++) {
          row.put(c, n % (most + 1));
        }
        rows.add(row);
      }
      List<CommittedFile> files = Tables.write(sink, wide, rows);
      // The first one was ended for the last one, and the second for the first one again.
      assertThat(files).hasSize(most + 3);
    }
    assertThat(most).isEqualTo(64);
    assertThat(Tables.read(Tables.table(warehouse)))
        .hasSize(most + 3)
        .filteredOn(r -> r.getField("c0").equals(0) || r.getField("c99").equals(1))
        .hasSize(4);
  }

  private static Schema wide(int columns) {
    SchemaBuilder.FieldAssembler<Schema> fields = SchemaBuilder.record("row").fields();
    for (int c = 0; c < columns; c++) {
      fields.requiredInt("c" + c);
    }
    return fields.endRecord();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "days(at) | there is no transform days",
        "day(shop) | day",
        "bucket(id) | is no way to partition",
        "day(3, at) | takes no number",
        "nope | nope",
        "day(at | is no way to partition"
      })
  void shouldNameTheTermThatMakesNoPartitions(String term, String why) throws TaskException {
    try (Sink sink = Tables.sink(warehouse, ", 'partitionedBy': ['" + term + "']")) {
      assertThatThrownBy(() -> sink.check(Tables.shape(SCHEMA)))
          .isInstanceOf(TaskException.class)
          .hasMessageContainingAll("'" + term + "'", why, "bucket(16, c)");
    }
  }

  @Test
  void shouldRefuseWhenTheTableIsPartitionedOtherwise() throws Exception {
    try (Sink sink = Tables.sink(warehouse, ", 'partitionedBy': ['shop']")) {
      sink.prepare(Tables.shape(SCHEMA));
      sink.check(Tables.shape(SCHEMA));
    }
    try (Sink sink = Tables.sink(warehouse, ", 'partitionedBy': ['day(at)']")) {
      assertThatThrownBy(() -> sink.check(Tables.shape(SCHEMA)))
          .hasMessageContainingAll("[day(at)]", "partitioned otherwise", "leave it out");
    }
  }
}
