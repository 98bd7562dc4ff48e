package io.tidemark.connectors.columns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.Schema.Type;
import org.apache.avro.generic.GenericData;
import org.apache.avro.util.Utf8;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Casts between types, with values as they stand in CSV. */
class CastsTest {

  private static final List<String> MOMENTS = List.of("date", "timestamp", "timestamptz");
  private static final List<String> NUMBERS =
      List.of("boolean", "int", "long", "float", "double", "decimal(9,2)");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          int           | 7                    | int          | 7
          int           | -2147483648          | long         | -2147483648
          long          | 2147483647           | int          | 2147483647
          long          | 12                   | decimal(4,2) | 12.00
          long          | 9007199254740992     | double       | 9.007199254740992E15
          long          | 9223372036854774784  | double       | 9.223372036854775E18
          int           | 16777216             | float        | 1.6777216E7
          decimal(6,2)  | 1234.00              | int          | 1234
          decimal(20,0) | -9223372036854775808 | long         | -9223372036854775808
          decimal(6,2)  | 1.50                 | decimal(4,1) | 1.5
          decimal(6,2)  | 0.10                 | double       | 0.1
          decimal(6,2)  | 0.10                 | float        | 0.1
          double        | 0.1                  | decimal(3,2) | 0.10
          float         | 0.1                  | decimal(3,2) | 0.10
          float         | 0.1                  | double       | 0.10000000149011612
          double        | 0.5                  | float        | 0.5
          double        | NaN                  | float        | NaN
          float         | -Infinity            | double       | -Infinity
          double        | 3.0                  | int          | 3
          double        | 1E18                 | long         | 1000000000000000000
          boolean       | true                 | int          | 1
          boolean       | false                | decimal(1,0) | 0
          long          | 1                    | boolean      | true
          decimal(3,1)  | 0.0                  | boolean      | false
          string        | 42                   | int          | 42
          string        | 1.5                  | decimal(3,2) | 1.50
          string        | TRUE                 | boolean      | true
          string        | 2001-01-31           | date         | 2001-01-31
          string        | -infinity            | date         | -infinity
          string        | 23:59:59.999999      | time         | 23:59:59.999999
          string        | 2001-01-31 10:00:00  | timestamp    | 2001-01-31T10:00:00
          string        | 2001-01-31T10:00+01  | timestamptz  | 2001-01-31T09:00:00Z
          string        | YWJj                 | bytes        | YWJj
          int           | 5                    | string       | 5
          decimal(6,2)  | 1.50                 | string       | 1.50
          boolean       | true                 | string       | true
          date          | 2001-01-31           | string       | 2001-01-31
          time          | 10:00:00             | string       | 10:00:00
          timestamptz   | 2001-01-31T10:00:00Z | string       | 2001-01-31T10:00:00Z
          bytes         | YWJj                 | string       | YWJj
          date          | 2001-01-31           | timestamp    | 2001-01-31T00:00:00
          date          | 1969-12-31           | timestamptz  | 1969-12-31T00:00:00Z
          date          | infinity             | timestamp    | infinity
          timestamp     | -infinity            | date         | -infinity
          timestamp     | 1969-12-31T00:00:00  | date         | 1969-12-31
          timestamp     | 2001-01-31T10:00:00  | timestamptz  | 2001-01-31T10:00:00Z
          timestamptz   | 2001-01-31T10:00:00Z | timestamp    | 2001-01-31T10:00:00
          """)
  void shouldBeTheSameValueWhenItFits(String from, String value, String to, String same) {
    assertThat(cast(from, value, to)).isEqualTo(same);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          long          | 2147483648                | int          | out of range
          decimal(20,0) | 9223372036854775808       | long         | out of range
          double        | 1E19                      | long         | out of range
          decimal(6,2)  | 1.50                      | int          | has a fraction
          double        | 0.5                       | long         | has a fraction
          double        | NaN                       | int          | not finite
          double        | Infinity                  | decimal(4,2) | not finite
          long          | 9007199254740993          | double       | more digits
          int           | 16777217                  | float        | more digits
          double        | 0.1                       | float        | more digits
          double        | 1E300                     | float        | out of range
          decimal(60,0) | 1000000000000000000000000000000000000000 | float | out of range
          decimal(20,0) | 12345678901234567890      | double       | more digits
          decimal(6,2)  | 1.25                      | decimal(4,1) | more than 1 digits behind
          long          | 1000                      | decimal(4,2) | more than 2 digits before
          double        | 0.125                     | decimal(4,2) | more than 2 digits behind
          int           | 2                         | boolean      | neither 0 nor 1
          string        | x                         | int          | x
          string        | 1.0                       | int          | 1.0
          string        | yes                       | boolean      | neither true nor false
          string        | 2001-02-30                | date         | 2001-02-30
          string        | 2001-01-31T10:00:00       | timestamptz  | could not be parsed
          string        | 2001-01-31T10:00:00Z      | timestamp    | could not be parsed
          string        | 23:59:59.9999999          | time         | finer
          string        | ?                         | bytes        | base64
          timestamp     | 2001-01-31T00:00:00.00001 | date         | time of day
          """)
  void shouldSayWhyWhenAValueDoesNotFit(String from, String value, String to, String why) {
    Throwable refusal = catchThrowable(() -> cast(from, value, to));

    assertThat(refusal)
        .isInstanceOfAny(
            IllegalArgumentException.class, DateTimeException.class, ArithmeticException.class);
    assertThat(refusal.getMessage()).containsIgnoringCase(why);
  }

  /** Which types become which: all others are refused before a row is read. */
  @Test
  void shouldRefuseAtOnceWhenNoValueCouldEverFit() {
    List<String> all =
        Stream.of(NUMBERS, MOMENTS, List.of("time"), List.of("bytes"), List.of("string"))
            .flatMap(List::stream)
            .toList();
    for (String from : all) {
      for (String to : all) {
        boolean fits =
            from.equals(to)
                || from.equals("string")
                || to.equals("string")
                || (NUMBERS.contains(from) && NUMBERS.contains(to))
                || (MOMENTS.contains(from) && MOMENTS.contains(to));
        if (fits) {
          assertThat(Casts.of(ColumnType.of(from).schema(), ColumnType.of(to)))
              .as("%s to %s", from, to)
              .isNotNull();
        } else {
          assertThatThrownBy(() -> Casts.of(ColumnType.of(from).schema(), ColumnType.of(to)))
              .as("%s to %s", from, to)
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessageContaining("never a " + to);
        }
      }
    }
  }

  @Test
  void shouldRefuseAtOnceWhenTheColumnIsNested() {
    Schema list = Schema.createArray(Schema.create(Type.INT));
    Schema either = Schema.createUnion(Schema.create(Type.INT), Schema.create(Type.STRING));

    for (String to : List.of("string", "int")) {
      for (Schema from : List.of(list, Schema.createMap(list), either)) {
        assertThatThrownBy(() -> Casts.of(from, ColumnType.of(to)))
            .as("%s to %s", from, to)
            .isInstanceOf(IllegalArgumentException.class);
      }
    }
  }

  /** Types that files bring and specs do not name. */
  @Test
  void shouldTakeOtherWidthsWhenFilesBringThem() {
    Schema fixed = Schema.createFixed("f", null, null, 2);
    Schema amount = LogicalTypes.decimal(4, 2).addToSchema(Schema.createFixed("d", null, null, 2));

    assertThat(apply(logical(LogicalTypes.timeMillis(), Type.INT), 1_500, "time"))
        .isEqualTo(1_500_000L);
    assertThat(apply(logical(LogicalTypes.timestampMillis(), Type.LONG), 86_400_000L, "date"))
        .isEqualTo(1);
    assertThat(apply(logical(LogicalTypes.timestampNanos(), Type.LONG), 5_000L, "timestamp"))
        .isEqualTo(5L);
    assertThatThrownBy(
            () -> apply(logical(LogicalTypes.localTimestampNanos(), Type.LONG), 5L, "timestamp"))
        .hasMessageContaining("finer than microseconds");
    assertThat(apply(fixed, new GenericData.Fixed(fixed, new byte[] {1, 2}), "bytes"))
        .isEqualTo(ByteBuffer.wrap(new byte[] {1, 2}));
    assertThat(apply(amount, new GenericData.Fixed(amount, new byte[] {1, 44}), "int"))
        .isEqualTo(3);
    assertThat(apply(Schema.create(Type.STRING), new Utf8("3"), "long")).isEqualTo(3L);
    assertThat(
            apply(
                Schema.createEnum("e", null, null, List.of("A")),
                new GenericData.EnumSymbol(Schema.createEnum("e", null, null, List.of("A")), "A"),
                "string"))
        .isEqualTo("A");
  }

  /** Java's own marks on a type change nothing. */
  @Test
  void shouldTakeAValueAsItIsWhenTypesDifferInPropertiesOnly() {
    for (Map.Entry<String, Object> e :
        Map.<String, Object>of("time", 5L, "bytes", ByteBuffer.allocate(1), "timestamp", 5L)
            .entrySet()) {
      Schema marked = new Schema.Parser().parse(ColumnType.of(e.getKey()).schema().toString());
      marked.addProp("mark", "x");

      assertThat(apply(marked, e.getValue(), e.getKey())).as(e.getKey()).isEqualTo(e.getValue());
    }
  }

  private static String cast(String from, String value, String to) {
    ColumnType source = ColumnType.of(from);
    ColumnType target = ColumnType.of(to);
    Object made = Casts.of(source.schema(), target).apply(source.parse(value));
    assertThat(GenericData.get().validate(target.schema(), made)).as("an Avro %s", to).isTrue();
    return TextValues.printer(target.schema()).print(made);
  }

  private static Object apply(Schema from, Object value, String to) {
    return Casts.of(from, ColumnType.of(to)).apply(value);
  }

  private static Schema logical(LogicalType logical, Type type) {
    return logical.addToSchema(Schema.create(type));
  }
}
