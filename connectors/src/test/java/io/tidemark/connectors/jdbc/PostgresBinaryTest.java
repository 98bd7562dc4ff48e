package io.tidemark.connectors.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.tidemark.connectors.api.Claim;
import io.tidemark.connectors.api.Connector;
import io.tidemark.connectors.api.RowFormat;
import io.tidemark.connectors.api.Rows;
import io.tidemark.connectors.api.Sink;
import io.tidemark.connectors.api.SinkWriter;
import io.tidemark.connectors.api.SourceShape;
import io.tidemark.connectors.file.Fixture;
import io.tidemark.connectors.sql.TableName;
import io.tidemark.core.lifecycle.Cursor;
import io.tidemark.core.lifecycle.Totals;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.FailureKind;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.StringJoiner;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.Schema.Type;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Records that go to PostgreSQL as binary tuples, and those that cannot. */
class PostgresBinaryTest {

  private TestDatabase database;

  @BeforeEach
  void create() throws Exception {
    database = new TestDatabase();
  }

  @AfterEach
  void drop() throws Exception {
    database.close();
  }

  @Test
  void shouldArriveUnchangedWhenEveryColumnHasABinaryForm() throws Exception {
    database.run(
        "CREATE DOMAIN money_d AS numeric(10,3)",
        "CREATE TABLE a (id int8 PRIMARY KEY, s int2, i int4, f float4, d float8, o bool, m"
            + " numeric(30,10), n money_d, t text, v varchar(9), c char(5), y bytea, day date, ts"
            + " timestamp(3), tz timestamptz, u uuid, j json, jb jsonb)",
        "INSERT INTO a VALUES (1, 1, 2, 1.5, 0.1, true, 12345678901234567890.0123456789,"
            + " 1234567.891, E'tab\\t\\\\ né€', 'x', 'ab', '\\x00ff', '2001-01-31', '2001-01-31"
            + " 10:00:00.123', '2001-01-31 10:00:00.123456+01',"
            + " '0a0b0c0d-0000-1111-ffff-e0e0e0e0e0e0', '{\"b\":  1}', '{\"b\": [1, null]}'),"
            + " (9223372036854775807, -32768, -2147483648, 'NaN', '-Infinity', false, -0.0000000001,"
            + " -0.001, '', '', '', '', '4713-01-01 BC', '-infinity', 'infinity',"
            + " 'ffffffff-ffff-ffff-ffff-ffffffffffff', 'null', '\"x\"'),"
            + " (-1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,"
            + " NULL, NULL, NULL, NULL), (0, 0, 0, -0.0, 0, NULL, 0, 0, ' ', ' ', ' ', NULL,"
            + " 'infinity', '200000-12-31 23:59:59.999', '0044-03-15 12:00:00 BC', NULL, NULL, NULL)",
        "CREATE TABLE b (LIKE a INCLUDING ALL)");

    Copies.copy(database.config("a"), database.config("b"), Copies.Path.RECORDS);

    assertThat(binary("a", "b")).isTrue();
    assertThat(database.content("b")).isEqualTo(database.content("a"));
  }

  /** Numerics of every size, through both of the decoder's and encoder's ways. */
  @Test
  void shouldArriveUnchangedWhenNumericsAreRandom() throws Exception {
    long seed = Long.getLong("tidemark.seed", System.nanoTime());
    System.out.println("PostgresBinaryTest: -Dtidemark.seed=" + seed);
    Random random = new Random(seed);
    int[][] types = {{1, 0}, {4, 4}, {5, 1}, {9, 2}, {15, 3}, {15, 15}, {16, 2}, {18, 6}, {60, 31}};
    StringJoiner columns = new StringJoiner(", ", "(id int PRIMARY KEY, ", ")");
    for (int[] t : types) {
      columns.add("c%d_%d numeric(%d,%d)".formatted(t[0], t[1], t[0], t[1]));
    }
    database.run("CREATE TABLE a " + columns, "CREATE TABLE b " + columns);
    StringJoiner rows = new StringJoiner(", ", "INSERT INTO a VALUES ", "");
    for (int n = 0; n < 500; n++) {
      StringJoiner row = new StringJoiner(", ", "(" + n + ", ", ")");
      for (int[] t : types) {
        int digits = random.nextInt(t[0] + 1);
        BigInteger unscaled =
            new BigInteger(4 * t[0], random)
                .mod(BigInteger.TEN.pow(digits))
                .multiply(BigInteger.TEN.pow(random.nextInt(t[0] - digits + 1)));
        row.add(
            new BigDecimal(random.nextBoolean() ? unscaled : unscaled.negate(), t[1])
                .toPlainString());
      }
      rows.add(row.toString());
    }
    database.run(rows.toString());

    Copies.copy(database.config("a"), database.config("b"), Copies.Path.RECORDS);

    assertThat(binary("a", "b")).isTrue();
    assertThat(database.content("b")).isEqualTo(database.content("a"));
  }

  @ParameterizedTest
  @CsvSource({
    "a int4, a int8, true",
    "a int8, a int4, true",
    "a text, a uuid, true",
    "a int4, a text, false",
    "a float4, a float8, false",
    "a date, a timestamp, false",
    "a timestamp, a timestamptz, false",
    "a int4[], a int4[], false"
  })
  void shouldBeBinaryWhenTheTypeHoldsTheValuesAsTheyAre(String from, String to, boolean binary)
      throws Exception {
    database.run(
        "CREATE TABLE f (id int PRIMARY KEY, " + from + ")",
        "INSERT INTO f VALUES (1, NULL)",
        "CREATE TABLE t (id int PRIMARY KEY, " + to + ")");

    Copies.copy(database.config("f"), database.config("t"), Copies.Path.RECORDS);

    assertThat(binary("f", "t")).isEqualTo(binary);
    assertThat(database.rows("SELECT * FROM t")).containsExactly("1|∅");
  }

  @Test
  void shouldHeedTheUnitWhenFilesBringOtherTimestamps() throws Exception {
    Schema schema =
        record(
            logical("m", LogicalTypes.timestampMillis()),
            logical("lm", LogicalTypes.localTimestampMillis()),
            logical("n", LogicalTypes.timestampNanos()),
            logical("ln", LogicalTypes.localTimestampNanos()),
            logical("t", LogicalTypes.timeMicros()),
            new Schema.Field("u", LogicalTypes.uuid().addToSchema(Schema.create(Type.STRING))));

    write(schema, 1_500L, -1L, 1_500_000L, -1_000L, 1L, "{0A0B0C0D00001111FFFFE0E0E0E0E0E0}");

    assertThat(
            database.rows("SELECT m AT TIME ZONE 'UTC', lm, n AT TIME ZONE 'UTC', ln, t, u FROM b"))
        .containsExactly(
            "1970-01-01 00:00:01.5|1969-12-31 23:59:59.999|1970-01-01 00:00:00.0015|1969-12-31"
                + " 23:59:59.999999|00:00:00.000001|0a0b0c0d-0000-1111-ffff-e0e0e0e0e0e0");
  }

  @ParameterizedTest
  @CsvSource({
    "int2, long, 32768, out of range of smallint",
    "int4, long, -2147483649, out of range of integer",
    "uuid, string, 0a0b, no uuid",
    "text, string, half \ud800 a pair, half a surrogate pair"
  })
  void shouldNameColumnAndValueWhenAValueDoesNotFit(
      String type, String avro, String value, String why) throws Exception {
    database.run("CREATE TABLE b (c " + type + ")");
    Schema schema = record(new Schema.Field("c", Schema.create(Type.valueOf(upper(avro)))));
    Object held = avro.equals("long") ? (Object) Long.valueOf(value) : value;

    TaskException e = catchThrowableOfType(TaskException.class, () -> write(schema, held));

    assertThat(e.kind()).isEqualTo(FailureKind.POISON);
    assertThat(e).hasMessageContainingAll("column c holds", why);
  }

  /** The character that no text of PostgreSQL can hold: the server says so, with the place. */
  @Test
  void shouldCallTheRowPoisonWhenATextHasANul() throws Exception {
    database.run("CREATE TABLE b (c text)");
    Schema schema = record(new Schema.Field("c", Schema.create(Type.STRING)));

    TaskException e = catchThrowableOfType(TaskException.class, () -> write(schema, "a\0b"));

    assertThat(e.kind()).isEqualTo(FailureKind.POISON);
    assertThat(e).hasMessageContainingAll("0x00", "column c", "22021");
  }

  private static String upper(String avro) {
    return avro.toUpperCase(java.util.Locale.ROOT);
  }

  private boolean binary(String from, String to) throws Exception {
    try (var source = Connector.named("jdbc").source(database.config(from), null);
        var connection = database.connect()) {
      PostgresTable table =
          new PostgresCatalog(connection).table(TableName.parse(to)).orElseThrow();
      Optional<?> encoders = PostgresBinary.encoders(table.columns(), source.shape().schema());
      return encoders.isPresent();
    }
  }

  private static Schema record(Schema.Field... fields) {
    return Schema.createRecord("row", null, null, false, List.of(fields));
  }

  private static Schema.Field logical(String name, LogicalType type) {
    return new Schema.Field(name, type.addToSchema(Schema.create(Type.LONG)));
  }

  /** Writes one row to table b. */
  private void write(Schema schema, Object... values) throws TaskException {
    SourceShape shape = Fixture.shape(schema);
    GenericRecord row = new GenericData.Record(schema);
    for (int i = 0; i < values.length; i++) {
      row.put(i, values[i]);
    }
    try (Sink sink = Connector.named("jdbc").sink(database.config("b")).orElseThrow()) {
      sink.prepare(shape);
      Claim claim = new Claim("write-00000000", "write-00000000/0", 1, "w");
      try (SinkWriter writer = sink.open(claim, shape, RowFormat.RECORDS)) {
        Rows out = writer.begin();
        out.record(row);
        writer.commit(Cursor.of(1), new Totals(0, 0, 0, "avro", 1, 0), true);
      }
    }
  }
}
