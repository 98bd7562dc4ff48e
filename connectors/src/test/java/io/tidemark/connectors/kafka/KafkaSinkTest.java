package io.tidemark.connectors.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.tidemark.connectors.api.ChunkReader;
import io.tidemark.connectors.api.Claim;
import io.tidemark.connectors.api.PlannedSlice;
import io.tidemark.connectors.api.RowFormat;
import io.tidemark.connectors.api.Rows;
import io.tidemark.connectors.api.Sink;
import io.tidemark.connectors.api.SinkWriter;
import io.tidemark.connectors.api.Source;
import io.tidemark.connectors.api.SourceShape;
import io.tidemark.core.chunking.ChunkSize;
import io.tidemark.core.lifecycle.Cursor;
import io.tidemark.core.lifecycle.Totals;
import io.tidemark.core.retry.FencedException;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.FailureKind;
import io.tidemark.testing.SchemaRegistryServer;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What stands in the records, what is refused, and rows that come back as they went. */
class KafkaSinkTest {

  private static final ChunkSize WHOLE = new ChunkSize(Integer.MAX_VALUE, Long.MAX_VALUE);

  private static final Schema TYPES =
      SchemaBuilder.record("row")
          .fields()
          .requiredLong("id")
          .optionalInt("i")
          .optionalBoolean("flag")
          .optionalFloat("f")
          .optionalDouble("d")
          .optionalString("s")
          .optionalBytes("b")
          .name("amount")
          .type(nullable(LogicalTypes.decimal(10, 2).addToSchema(Schema.create(Schema.Type.BYTES))))
          .withDefault(null)
          .name("day")
          .type(nullable(LogicalTypes.date().addToSchema(Schema.create(Schema.Type.INT))))
          .withDefault(null)
          .name("clock")
          .type(nullable(LogicalTypes.timeMicros().addToSchema(Schema.create(Schema.Type.LONG))))
          .withDefault(null)
          .name("at")
          .type(
              nullable(LogicalTypes.timestampMicros().addToSchema(Schema.create(Schema.Type.LONG))))
          .withDefault(null)
          .name("local")
          .type(
              nullable(
                  LogicalTypes.localTimestampMicros().addToSchema(Schema.create(Schema.Type.LONG))))
          .withDefault(null)
          .endRecord();

  private static final String DECLARED =
      "{id: long, i: int, flag: boolean, f: float, d: double, s: string, b: bytes, amount:"
          + " 'decimal(10,2)', day: date, clock: time, at: timestamptz, local: timestamp}";

  private static Schema nullable(Schema type) {
    return Schema.createUnion(Schema.create(Schema.Type.NULL), type);
  }

  private static SourceShape shape(Schema schema) {
    return new SourceShape(
        "rows",
        schema,
        schema.getFields().stream()
            .map(f -> new SourceShape.Column(f.name(), f.schema().toString(), true))
            .toList(),
        List.of("id"));
  }

  private static GenericRecord row(int n) {
    GenericData.Record row = new GenericData.Record(TYPES);
    row.put("id", (long) n);
    if (n % 2 == 0) {
      row.put("i", Integer.MIN_VALUE + n);
      row.put("flag", n % 4 == 0);
      row.put("f", 0.1f * n);
      row.put("d", Double.MIN_VALUE * n);
      row.put("s", "tëxt \"" + n + "\"\n\u0000𝄞");
      row.put("b", ByteBuffer.wrap(new byte[] {0, -1, (byte) n}));
      row.put(
          "amount", ByteBuffer.wrap(new BigDecimal("-12345678.09").unscaledValue().toByteArray()));
      row.put("day", n % 4 == 0 ? Integer.MAX_VALUE : -700_000 + n);
      row.put("clock", 86_399_999_999L);
      row.put("at", n % 4 == 0 ? Long.MIN_VALUE : -62_135_596_800_000_000L + n);
      row.put("local", 1_767_225_600_123_456L + n);
    }
    return row;
  }

  private static void write(Sink sink, SourceShape shape, List<GenericRecord> rows)
      throws TaskException {
    sink.check(shape);
    sink.prepare(shape);
    try (SinkWriter writer = sink.open(claim(1), shape, RowFormat.RECORDS)) {
      Rows out = writer.begin();
      for (GenericRecord row : rows) {
        out.record(row);
      }
      writer.commit(Cursor.of(rows.size()), Totals.ZERO, true);
    }
  }

  /** A plan ends at the last stable offset, and the marks of a commit come behind its answer. */
  private static void awaitVisible(String topic, int rows) {
    await().until(() -> Cluster.read(topic).size() == rows);
  }

  private static Claim claim(long fence) {
    return new Claim("b-00000000", "b-00000000/000000", fence, "w" + fence);
  }

  private static List<GenericRecord> read(Source source) throws TaskException {
    List<GenericRecord> rows = new ArrayList<>();
    List<PlannedSlice> slices = new ArrayList<>();
    source.split(Optional.empty(), slices::add);
    for (PlannedSlice slice : slices) {
      try (ChunkReader reader = source.open(slice.slice(), RowFormat.RECORDS)) {
        reader.read(
            Cursor.START,
            WHOLE,
            new Rows() {
              @Override
              public void record(GenericRecord row) {
                rows.add(row);
              }

              @Override
              public void bytes(byte[] buffer, int offset, int length) {
                throw new AssertionError();
              }

              @Override
              public void refused(GenericRecord row, TaskException why) throws TaskException {
                throw why;
              }
            });
      }
    }
    return rows;
  }

  private static void assertSame(List<GenericRecord> read) {
    assertThat(read).hasSize(20);
    for (GenericRecord row : read) {
      GenericRecord wrote = row((int) (long) row.get("id"));
      for (Schema.Field f : TYPES.getFields()) {
        Object found = row.get(f.name());
        Object value = found instanceof CharSequence ? found.toString() : found;
        assertThat(value).as("%s of row %s", f.name(), row.get("id")).isEqualTo(wrote.get(f.pos()));
      }
    }
  }

  private static List<GenericRecord> twenty() {
    return IntStream.range(0, 20).mapToObj(KafkaSinkTest::row).toList();
  }

  @Test
  void shouldBringEveryTypeBackWhenWrittenAsJson() throws Exception {
    String topic = Cluster.name("json");
    try (Sink sink = Cluster.sink(topic, "format: json, key: [id], keyFormat: long");
        Source source =
            Cluster.source(
                topic,
                "format: json, keyFormat: long, schema: " + DECLARED,
                "{offset: {records: 7}}")) {
      write(sink, shape(TYPES), twenty());
      awaitVisible(topic, 20);

      List<GenericRecord> read = read(source);
      assertSame(read);
      assertThat(read).allMatch(r -> r.get("_key").equals(r.get("id")));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"single-object", "binary"})
  void shouldBringEveryTypeBackWhenWrittenAsAvro(String encoding) throws Exception {
    String topic = Cluster.name("avro");
    try (Sink sink = Cluster.sink(topic, "format: avro, encoding: " + encoding)) {
      write(sink, shape(TYPES), twenty());
      awaitVisible(topic, 20);
    }
    // What a reader needs is on the progress topic.
    String schema =
        Cluster.read(topic + ".tidemark-progress").stream()
            .filter(r -> Cluster.text(r.key()).startsWith("schema/"))
            .map(r -> Cluster.text(r.value()))
            .findFirst()
            .orElseThrow();

    try (Source source =
        Cluster.source(
            topic, "format: avro, encoding: " + encoding + ", schema: " + schema, "{offset: {}}")) {
      assertSame(read(source));
    }
  }

  @Test
  void shouldBringEveryTypeBackWhenWrittenWithARegistry() throws Exception {
    String topic = Cluster.name("registry");
    String registry =
        "registry: {schema.registry.url: '" + SchemaRegistryServer.shared().url() + "'}";
    try (Sink sink = Cluster.sink(topic, "format: avro, " + registry);
        Source source =
            Cluster.source(
                topic, "format: avro, " + registry + ", schema: " + TYPES, "{offset: {}}")) {
      write(sink, shape(TYPES), twenty());
      awaitVisible(topic, 20);

      assertThat(Cluster.read(topic)).allMatch(r -> r.value()[0] == 0);
      assertSame(read(source));
    }
  }

  @Test
  void shouldKeepAllOfARecordWhenATopicIsCopied() throws Exception {
    String from = Cluster.topic(2, Map.of("retention.ms", "-1"));
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      ProducerRecord<byte[], byte[]> record =
          new ProducerRecord<>(
              from,
              i % 2,
              1_700_000_000_000L + i,
              i % 5 == 0 ? null : new byte[] {(byte) i, -1},
              i % 7 == 0 ? null : new byte[] {-128, (byte) i});
      record.headers().add("h", new byte[] {(byte) i}).add("n", null);
      records.add(record);
    }
    Cluster.write(records);
    String to = Cluster.name("copy");

    try (Source source = Cluster.source(from, "format: bytes, keyFormat: bytes", "{offset: {}}");
        Sink sink =
            Cluster.sink(
                to,
                "format: bytes, partition: _partition, partitions: 2,"
                    + " topicConfig: {retention.ms: -1}")) {
      write(sink, source.shape(), read(source));
    }

    assertThat(Cluster.read(to).stream().map(KafkaSinkTest::told).toList())
        .isEqualTo(Cluster.read(from).stream().map(KafkaSinkTest::told).toList());
  }

  private static List<Object> told(ConsumerRecord<byte[], byte[]> r) {
    return List.of(
        r.partition(),
        r.timestamp(),
        r.key() == null ? "-" : ByteBuffer.wrap(r.key()),
        r.value() == null ? "-" : ByteBuffer.wrap(r.value()),
        r.headers());
  }

  @Test
  void shouldMakeKeyHeadersAndTimestampOfColumnsWhenNamed() throws Exception {
    String topic = Cluster.name("named");
    try (Sink sink =
        Cluster.sink(
            topic,
            // Kept for ever: by its timestamp the row is older than the default retention.
            "format: string, columns: [s], key: [id, i], headers: [amount, b], timestamp: at,"
                + " topicConfig: {retention.ms: -1}")) {
      GenericRecord row = row(2);
      row.put("at", 1_767_225_600_123_456L);
      write(sink, shape(TYPES), List.of(row));
    }

    ConsumerRecord<byte[], byte[]> record = Cluster.read(topic).getFirst();
    assertThat(Cluster.text(record.key())).isEqualTo("{\"id\":2,\"i\":-2147483646}");
    assertThat(Cluster.text(record.value())).isEqualTo("tëxt \"2\"\n\u0000𝄞");
    assertThat(record.timestamp()).isEqualTo(1_767_225_600_123L);
    assertThat(Cluster.text(record.headers().lastHeader("amount").value()))
        .isEqualTo("-12345678.09");
    assertThat(record.headers().lastHeader("b").value()).containsExactly(0, -1, 2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "format: string; takes one column, and there are 12",
        "format: bytes, columns: [flag]; neither bytes nor text",
        "format: json, key: [amout]; did you mean amount",
        "format: json, timestamp: day; is no timestamp with a time zone",
        "format: json, partition: s; is no int or long",
        "format: json, key: [s], keyFormat: long; does not fit that number",
        "format: json, create: never; the topic is not there",
        "format: json, properties: {acks: 1}; Tidemark's own",
      })
  void shouldNameWhatDoesNotFitWhenChecked(String settings, String why) {
    TaskException e =
        catchThrowableOfType(
            TaskException.class,
            () -> {
              try (Sink sink = Cluster.sink(Cluster.name("misfit"), settings)) {
                sink.check(shape(TYPES));
              }
            });
    assertThat(e.kind()).isEqualTo(FailureKind.FATAL);
    assertThat(e).hasMessageContaining(why.strip());
  }

  @Test
  void shouldRefuseTheTopicOfTheRowsAsProgressTopic() {
    String topic = Cluster.name("same");
    TaskException e =
        catchThrowableOfType(
            TaskException.class,
            () -> Cluster.sink(topic, "format: json, progressTopic: " + topic));
    assertThat(e.kind()).isEqualTo(FailureKind.FATAL);
    assertThat(e).hasMessageContainingAll("sink.kafka.progressTopic", topic);
  }

  @Test
  void shouldBeUnavailableWhenATopicDoesNotAppear() throws Exception {
    KafkaEndpoint endpoint =
        new KafkaEndpoint(KafkaEndpoint.Side.SINK, Cluster.bootstrap(), "rows", Map.of());
    String absent = Cluster.name("absent");
    try (TopicAdmin admin = new TopicAdmin(endpoint, new KafkaErrors(endpoint))) {
      TaskException e =
          catchThrowableOfType(
              TaskException.class, () -> admin.awaitThere(absent, Duration.ofMillis(300)));
      assertThat(e.kind()).isEqualTo(FailureKind.UNAVAILABLE);
      assertThat(e).hasMessageContaining(absent);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 3, Integer.MAX_VALUE})
  void shouldRefuseARowWhenTheTopicHasNoSuchPartition(int number) throws Exception {
    String topic = Cluster.topic(3, Map.of());
    SourceShape shape = shape(TYPES);
    try (Sink sink = Cluster.sink(topic, "format: json, partition: i")) {
      sink.prepare(shape);
      try (SinkWriter writer = sink.open(claim(1), shape, RowFormat.RECORDS)) {
        GenericRecord bad = row(2);
        bad.put("i", number);
        Rows rows = writer.begin();
        TaskException e = catchThrowableOfType(TaskException.class, () -> rows.record(bad));
        assertThat(e.kind()).isEqualTo(FailureKind.POISON);
        assertThat(e).hasMessageContainingAll("'i'", "holds " + number, "has 3");
        bad.put("i", 2);
        rows.record(bad);
        writer.commit(Cursor.of(1), Totals.ZERO, true);
      }
    }
    assertThat(Cluster.read(topic)).extracting(ConsumerRecord::partition).containsExactly(2);
  }

  @Test
  void shouldRefuseAProgressTopicThatForgets() throws Exception {
    String progress = Cluster.topic(8, Map.of("cleanup.policy", "delete"));
    String narrow = Cluster.topic(1, Map.of("cleanup.policy", "compact"));
    for (String bad : List.of(progress, narrow)) {
      try (Sink sink = Cluster.sink(Cluster.name("bad"), "format: json, progressTopic: " + bad)) {
        assertThatThrownBy(() -> sink.check(shape(TYPES)))
            .hasMessageContaining(bad)
            .hasMessageContaining("progressTopic");
      }
    }
  }

  @Test
  void shouldNameTheRightWhenItIsMissing() throws Exception {
    String topic = Cluster.topic(1, Map.of());
    try (Admin admin = Cluster.admin();
        Sink sink = Cluster.sink(topic, "format: json")) {
      AclBinding denied =
          new AclBinding(
              new ResourcePattern(ResourceType.TOPIC, topic, PatternType.LITERAL),
              new AccessControlEntry("User:*", "*", AclOperation.WRITE, AclPermissionType.DENY));
      AclBinding rest =
          new AclBinding(
              new ResourcePattern(ResourceType.TOPIC, topic, PatternType.LITERAL),
              new AccessControlEntry("User:*", "*", AclOperation.READ, AclPermissionType.ALLOW));
      admin.createAcls(List.of(denied, rest)).all().get();

      TaskException e = catchThrowableOfType(TaskException.class, () -> sink.check(shape(TYPES)));
      assertThat(e.kind()).isEqualTo(FailureKind.FATAL);
      assertThat(e).hasMessageContainingAll(topic, "WRITE", "kafka-acls.sh");
    }
  }

  @Test
  void shouldGoOnWithoutARowWhenItIsTooLarge() throws Exception {
    String topic = Cluster.topic(1, Map.of("max.message.bytes", "20000"));
    SourceShape shape = shape(TYPES);
    try (Sink sink = Cluster.sink(topic, "format: string, columns: [s], compression: none")) {
      sink.prepare(shape);
      try (SinkWriter writer = sink.open(claim(1), shape, RowFormat.RECORDS)) {
        Rows rows = writer.begin();
        GenericRecord large = row(2);
        large.put("s", "x".repeat(30_000));
        TaskException e =
            catchThrowableOfType(
                TaskException.class,
                () -> {
                  rows.record(row(0));
                  rows.record(large);
                  rows.record(row(4));
                  writer.commit(Cursor.of(3), Totals.ZERO, false);
                });
        assertThat(e.kind()).as(e.getMessage()).isEqualTo(FailureKind.POISON);
        assertThat(e).hasMessageContainingAll(topic, "max.message.bytes");
        writer.abort();
        // The same writer goes on: a lane sets the row aside and does not open anew.
        writer.begin().record(row(0));
        writer.commit(Cursor.of(1), Totals.ZERO, true);
      }
    }
    assertThat(Cluster.read(topic)).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({"d, NaN", "f, Infinity"})
  void shouldWriteTheTextWhenJsonHasNoNumberForIt(String column, double value) throws Exception {
    SourceShape shape = shape(TYPES);
    String topic = Cluster.name("nan");
    try (Sink sink = Cluster.sink(topic, "format: json")) {
      sink.prepare(shape);
      try (SinkWriter writer = sink.open(claim(1), shape, RowFormat.RECORDS)) {
        GenericRecord row = row(1);
        row.put(column, column.equals("f") ? (Object) (float) value : (Object) value);
        writer.begin().record(row);
        writer.commit(Cursor.of(1), Totals.ZERO, true);
      }
    }
    assertThat(new String(Cluster.read(topic).get(0).value(), StandardCharsets.UTF_8))
        .contains("\"%s\":\"%s\"".formatted(column, Double.toString(value)));
  }

  @Test
  void shouldKnowTheNewerClaimWhenAnOlderOneOpensBehindIt() throws Exception {
    SourceShape shape = shape(TYPES);
    String topic = Cluster.name("late");
    try (Sink one = Cluster.sink(topic, "format: json");
        Sink two = Cluster.sink(topic, "format: json")) {
      one.prepare(shape);
      SinkWriter newer = one.open(claim(7), shape, RowFormat.RECORDS);
      newer.begin().record(row(0));
      // Refused before it disturbs the newer one.
      assertThatThrownBy(() -> two.open(claim(6), shape, RowFormat.RECORDS))
          .isInstanceOf(FencedException.class)
          .hasMessageContaining("fence 7");
      newer.commit(Cursor.of(1), Totals.ZERO, true);
      newer.close();
    }
    assertThat(Cluster.read(topic)).hasSize(1);
  }
}
