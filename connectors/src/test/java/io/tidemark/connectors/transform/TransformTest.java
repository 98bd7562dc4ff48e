package io.tidemark.connectors.transform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.tidemark.connectors.api.SourceShape;
import io.tidemark.connectors.columns.AvroNames;
import io.tidemark.connectors.columns.ColumnType;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.FailureKind;
import io.tidemark.schemas.spec.TransformSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;

/** What a transform makes of a source's columns, and what it refuses. */
class TransformTest {

  private static final SourceShape ORDERS =
      shape(Map.of("id", "long"), "id: long", "amount: string", "raw: bytes");

  @Test
  void shouldNameAndTypeColumnsAnewWhenTheSpecSaysSo() throws Exception {
    SourceShape made =
        Transform.of(
                ORDERS,
                new TransformSettings(
                    Map.of("id", "order id", "amount", "id"), Map.of("amount", "decimal(5,2)")))
            .shape();

    assertThat(made.columns().stream().map(SourceShape.Column::name))
        .containsExactly("order id", "id", "raw");
    assertThat(made.key()).containsExactly("order id");
    Schema.Field amount = made.schema().getFields().get(1);
    assertThat(amount.schema())
        .isEqualTo(
            Schema.createUnion(
                Schema.create(Schema.Type.NULL), ColumnType.of("decimal(5,2)").schema()));
    assertThat(amount.getProp(SourceShape.CAST)).isEqualTo("[\"null\",\"string\"]");
    assertThat(made.schema().getFields().stream().map(AvroNames::column))
        .containsExactly("order id", "id", "raw");
    assertThat(made.schema().getField("order_id").schema().getType()).isEqualTo(Schema.Type.LONG);
    assertThat(new Schema.Parser().parse(made.schema().toString())).isEqualTo(made.schema());
  }

  @Test
  void shouldSayEverythingAtOnceWhenItCannotBe() {
    TaskException e =
        catchThrowableOfType(
            TaskException.class,
            () ->
                Transform.of(
                    ORDERS,
                    new TransformSettings(
                        Map.of("ammount", "x", "id", "amount"),
                        Map.of("raw", "date", "amout", "int", "id", "decimal(2,3)"))));

    assertThat(e.kind()).isEqualTo(FailureKind.FATAL);
    assertThat(e)
        .hasMessageContainingAll(
            "5 problems",
            "rename: the source has no column 'ammount'; did you mean amount?",
            "cast: the source has no column 'amout'; did you mean amount?",
            "rename: columns 'id' and 'amount' would both be 'amount'",
            "cast: column 'raw' is bytes, which is never a date",
            "cast: column 'id': 'decimal(2,3)'");
  }

  @Test
  void shouldRefuseWhenTwoColumnsGetOneName() {
    TaskException e =
        catchThrowableOfType(
            TaskException.class,
            () ->
                Transform.of(
                    ORDERS, new TransformSettings(Map.of("id", "x", "amount", "x"), Map.of())));

    assertThat(e).hasMessage("transform: rename: columns 'id' and 'amount' would both be 'x'");
  }

  /**
   * @param key columns of the key that are NOT NULL, with their types
   */
  private static SourceShape shape(Map<String, String> key, String... columns) {
    List<Schema.Field> fields = new ArrayList<>();
    List<SourceShape.Column> described = new ArrayList<>();
    for (String c : columns) {
      String[] parts = c.split(": ", -1);
      Schema type = ColumnType.of(parts[1]).schema();
      boolean nullable = !key.containsKey(parts[0]);
      fields.add(
          nullable
              ? AvroNames.nullable(parts[0], parts[0], type)
              : new Schema.Field(parts[0], type));
      described.add(new SourceShape.Column(parts[0], parts[1], nullable));
    }
    return new SourceShape(
        "orders",
        Schema.createRecord("row", null, "tidemark.file", false, fields),
        described,
        List.copyOf(key.keySet()));
  }
}
