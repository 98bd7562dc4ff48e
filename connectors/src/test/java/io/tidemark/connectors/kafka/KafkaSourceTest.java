package io.tidemark.connectors.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.tidemark.connectors.api.ChunkReader;
import io.tidemark.connectors.api.ChunkReader.ChunkEnd;
import io.tidemark.connectors.api.ChunkReader.Passed;
import io.tidemark.connectors.api.CollectedRows;
import io.tidemark.connectors.api.PlannedSlice;
import io.tidemark.connectors.api.RowFormat;
import io.tidemark.connectors.api.Source;
import io.tidemark.core.chunking.ChunkSize;
import io.tidemark.core.lifecycle.Cursor;
import io.tidemark.core.lifecycle.Slice;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.FailureKind;
import io.tidemark.schemas.avro.OffsetRange;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a topic does that files and tables do not: time, holes, retention, keys, headers. */
class KafkaSourceTest {

  private static final ChunkSize WHOLE = new ChunkSize(Integer.MAX_VALUE, Long.MAX_VALUE);
  private static final Map<String, String> KEPT = Map.of("retention.ms", "-1");
  private static final long DAY = Duration.ofDays(1).toMillis();
  private static final long START = Instant.parse("2026-03-01T00:00:00Z").toEpochMilli();

  private static List<Slice> slices(Source source) throws TaskException {
    List<PlannedSlice> planned = new ArrayList<>();
    source.split(Optional.empty(), planned::add);
    return planned.stream().map(PlannedSlice::slice).toList();
  }

  private static List<String> ranges(Source source) throws TaskException {
    return slices(source).stream()
        .map(s -> ((Slice.Offsets) s).range())
        .map(r -> r.getStream().replaceFirst(".*-(\\d+)@.*", "$1") + ":" + told(r))
        .toList();
  }

  private static String told(OffsetRange r) {
    return r.getFrom() + "-" + r.getTo();
  }

  private static List<String> rows(Source source) throws TaskException {
    CollectedRows rows = new CollectedRows(GenericRecord::toString);
    for (Slice slice : slices(source)) {
      try (ChunkReader reader = source.open(slice, RowFormat.RECORDS)) {
        reader.read(Cursor.START, WHOLE, rows);
      }
    }
    return rows.identities();
  }

  private static String filled(int records, long apart) throws Exception {
    String topic = Cluster.topic(1, KEPT);
    Cluster.write(
        IntStream.range(0, records)
            .mapToObj(i -> Cluster.record(topic, 0, START + i * apart, "k" + i, "v" + i))
            .toList());
    return topic;
  }

  @Test
  void shouldCutAtMultiplesWhenTheTopicBeginsLate() throws Exception {
    String topic = filled(25, 1);
    delete(topic, 7);

    try (Source source = Cluster.source(topic, "format: string", "{offset: {records: 10}}")) {
      assertThat(ranges(source)).containsExactly("0:7-10", "0:10-20", "0:20-25");
    }
  }

  @Test
  void shouldCutAtTheFirstRecordOfEachWindowWhenCutByTime() throws Exception {
    // Ten a day, and a gap of a month.
    String topic = filled(35, DAY / 10);
    Cluster.write(List.of(Cluster.record(topic, 0, START + 40 * DAY, "late", "late")));

    try (Source source = Cluster.source(topic, "format: string", "{time: {step: P1D}}");
        Source months = Cluster.source(topic, "format: string", "{time: {step: P1M}}")) {
      assertThat(ranges(source))
          .containsExactly("0:0-10", "0:10-20", "0:20-30", "0:30-35", "0:35-36");
      assertThat(ranges(months)).containsExactly("0:0-35", "0:35-36");
      assertThat(rows(source)).hasSize(36);
    }
  }

  @Test
  void shouldCoverEveryOffsetOnceWhenTimesAreOutOfOrder() throws Exception {
    String topic = Cluster.topic(1, KEPT);
    Cluster.write(
        IntStream.range(0, 60)
            .mapToObj(i -> Cluster.record(topic, 0, START + (i * 37 % 60) * DAY / 8, "k", "v" + i))
            .toList());

    try (Source source = Cluster.source(topic, "format: string", "{time: {step: P1D}}")) {
      List<String> ranges = ranges(source);
      assertThat(ranges).first().asString().startsWith("0:0-");
      assertThat(ranges).last().asString().endsWith("-60");
      assertThat(rows(source)).hasSize(60).doesNotHaveDuplicates();
    }
  }

  @Test
  void shouldEndWhereATransactionIsOpenWhenPlanned() throws Exception {
    String topic = filled(10, 1);
    try (Producer<byte[], byte[]> open = Cluster.producer(topic);
        Source source = Cluster.source(topic, "format: string", "{offset: {}}")) {
      open.initTransactions();
      open.beginTransaction();
      open.send(Cluster.record(topic, 0, START, "k", "open")).get();
      Cluster.write(List.of(Cluster.record(topic, 0, START, "k", "behind it")));

      assertThat(ranges(source)).containsExactly("0:0-10");
      open.commitTransaction();
    }
  }

  @Test
  void shouldPassOverHolesWhenTheTopicWasCompacted() throws Exception {
    String topic =
        Cluster.topic(
            1,
            Map.of(
                "cleanup.policy", "compact",
                "segment.ms", "100",
                "min.cleanable.dirty.ratio", "0.01",
                "min.compaction.lag.ms", "0"));
    for (int round = 0; round < 5; round++) {
      List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        records.add(Cluster.record(topic, 0, null, "k" + i, round + " " + i));
      }
      Cluster.write(records);
    }
    // Segments roll when something is written; the newest one is never compacted.
    await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () -> {
              Cluster.write(List.of(Cluster.record(topic, 0, null, "roll", "r")));
              return Cluster.read(topic).size() < 100;
            });

    try (Source source = Cluster.source(topic, "format: string", "{offset: {records: 30}}")) {
      List<String> values = new ArrayList<>();
      for (Slice slice : slices(source)) {
        CollectedRows rows = new CollectedRows(r -> r.get("value").toString());
        Cursor cursor = Cursor.START;
        boolean last = false;
        while (!last) {
          // Another reader for each chunk: it must find its place among the holes.
          try (ChunkReader reader = source.open(slice, RowFormat.RECORDS)) {
            ChunkEnd end = reader.read(cursor, new ChunkSize(7, Long.MAX_VALUE), rows);
            cursor = end.cursor();
            last = end.last();
          }
        }
        values.addAll(rows.identities());
      }
      assertThat(values)
          .contains(IntStream.range(0, 40).mapToObj(i -> "4 " + i).toArray(String[]::new));
      assertThat(values.stream().filter(v -> !v.equals("r"))).doesNotHaveDuplicates();
    }
  }

  @Test
  void shouldNameWhatIsGoneWhenRetentionWasFaster() throws Exception {
    String topic = filled(100, 1);
    try (Source source = Cluster.source(topic, "format: string", "{offset: {records: 40}}")) {
      Slice first = slices(source).getFirst();
      delete(topic, 23);

      try (ChunkReader reader = source.open(first, RowFormat.RECORDS)) {
        TaskException e =
            catchThrowableOfType(
                TaskException.class,
                () -> reader.read(Cursor.of(10), WHOLE, new CollectedRows(Object::toString)));
        assertThat(e.kind()).isEqualTo(FailureKind.FATAL);
        assertThat(e.code()).isEqualTo(KafkaChunkReader.GONE);
        assertThat(e)
            .hasMessageContainingAll(
                topic, "partition 0", "offsets 10 to 22", "begins at 23", "retention.ms");
      }
    }
  }

  @Test
  void shouldRefuseASliceWhenTheTopicIsAnotherOfTheSameName() throws Exception {
    String topic = filled(10, 1);
    try (Source source = Cluster.source(topic, "format: string", "{offset: {}}");
        Admin admin = Cluster.admin()) {
      Slice slice = slices(source).getFirst();
      admin.deleteTopics(List.of(topic)).all().get();
      await()
          .atMost(Duration.ofSeconds(30))
          .ignoreExceptions()
          .until(
              () -> {
                if (!admin.listTopics().names().get().contains(topic)) {
                  admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get();
                }
                return !admin.describeTopics(List.of(topic)).allTopicNames().get().isEmpty();
              });

      TaskException e =
          catchThrowableOfType(TaskException.class, () -> source.open(slice, RowFormat.RECORDS));
      assertThat(e.kind()).isEqualTo(FailureKind.FATAL);
      assertThat(e).hasMessageContainingAll(topic, "created anew", "plan again");
    }
  }

  private static void delete(String topic, long before) throws Exception {
    try (Admin admin = Cluster.admin()) {
      admin
          .deleteRecords(Map.of(new TopicPartition(topic, 0), RecordsToDelete.beforeOffset(before)))
          .all()
          .get();
    }
  }

  @Test
  void shouldKeepKeyTimestampHeadersAndPlaceWhenRead() throws Exception {
    String topic = Cluster.topic(1, KEPT);
    ProducerRecord<byte[], byte[]> full =
        new ProducerRecord<>(
            topic,
            0,
            START,
            ByteBuffer.allocate(8).putLong(42).array(),
            Cluster.bytes("{\"id\": 7, \"amount\": 1.50, \"at\": \"2026-01-31T10:00:00Z\"}"));
    full.headers().add("a", Cluster.bytes("text")).add("b", new byte[] {-1, 0}).add("a", null);
    Cluster.write(
        List.of(full, new ProducerRecord<>(topic, 0, START + 1, null, Cluster.bytes("{}"))));

    try (Source source =
        Cluster.source(
            topic,
            "format: json, keyFormat: long, schema: {id: long, amount: 'decimal(10,2)', at:"
                + " timestamptz}, columns: {offset: place}",
            "{offset: {}}")) {
      assertThat(source.shape().columns().stream().map(c -> c.name()))
          .containsExactly(
              "id", "amount", "at", "_key", "_timestamp", "_headers", "_partition", "place");
      assertThat(source.shape().key()).containsExactly("_partition", "place");
      CollectedRows rows =
          new CollectedRows(
              r ->
                  r.get("id")
                      + "|"
                      + r.get("_key")
                      + "|"
                      + r.get("_timestamp")
                      + "|"
                      + r.get("_headers")
                      + "|"
                      + r.get("_partition")
                      + "|"
                      + r.get("place"));
      try (ChunkReader reader = source.open(slices(source).getFirst(), RowFormat.RECORDS)) {
        reader.read(Cursor.START, WHOLE, rows);
      }
      assertThat(rows.identities())
          .containsExactly(
              "7|42|"
                  + START
                  + "|[{\"key\":\"a\",\"value\":\"text\"},{\"key\":\"b\",\"base64\":\"/wA=\"},"
                  + "{\"key\":\"a\",\"value\":null}]|0|0",
              "null|null|" + (START + 1) + "|null|0|1");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "format: json, schema: {id: long}; {\"id\": \"x\"}; holds a text",
        "format: json, schema: {id: long}; {\"id\": 1} 2; more follows",
        "format: json, schema: {id: long}; ; is nothing and no object",
        "format: json, schema: {id: long}; null; is null and no object",
        "format: avro, schema: {type: record, name: r, fields: [{name: id, type: long}]}; abc;"
            + " C3 01",
        "format: avro, encoding: binary, schema: {type: record, name: r, fields: [{name: id, type:"
            + " long}]}; abc; bytes behind its last field",
        "format: string, keyFormat: int; abc; has a key of 2 bytes"
      })
  void shouldPassOverABadRecordWhenAsked(String format, String value, String why) throws Exception {
    String topic = Cluster.topic(1, KEPT);
    Cluster.write(List.of(Cluster.record(topic, 0, START, "kk", value == null ? "" : value)));

    try (Source source = Cluster.source(topic, format, "{offset: {}}");
        ChunkReader reader = source.open(slices(source).getFirst(), RowFormat.RECORDS)) {
      TaskException e =
          catchThrowableOfType(
              TaskException.class,
              () -> reader.read(Cursor.START, WHOLE, new CollectedRows(Object::toString)));
      assertThat(e.kind()).as(e.getMessage()).isEqualTo(FailureKind.POISON);
      assertThat(e).hasMessageContainingAll("record 0 of " + topic + "-0", why.strip());
      Passed passed = reader.pass(Cursor.START);
      assertThat(Cluster.text(passed.raw().array())).isEqualTo(value == null ? "" : value);
      assertThat(passed.end()).isEqualTo(new ChunkEnd(Cursor.of(1), true));
    }
  }

  @ParameterizedTest
  @CsvSource({"keep, 3", "skip, 2"})
  void shouldDoAsToldWithTombstones(String tombstones, int rows) throws Exception {
    String topic = Cluster.topic(1, KEPT);
    Cluster.write(
        List.of(
            Cluster.record(topic, 0, START, "a", "{\"id\": 1}"),
            Cluster.record(topic, 0, START, "b", null),
            Cluster.record(topic, 0, START, "c", "{\"id\": 3}")));
    String format = "format: json, schema: {id: long}";

    try (Source source =
            Cluster.source(topic, format + ", tombstones: " + tombstones, "{offset: {}}");
        Source refusing = Cluster.source(topic, format, "{offset: {}}")) {
      assertThat(rows(source)).hasSize(rows);
      TaskException e = catchThrowableOfType(TaskException.class, () -> rows(refusing));
      assertThat(e.kind()).isEqualTo(FailureKind.POISON);
      assertThat(e).hasMessageContainingAll("record 1 of " + topic, "tombstones: keep");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "format: json; schema: is missing",
        "format: avro; needs the schema",
        "format: xml; there are: avro",
        "format: string, properties: {isolation.level: read_uncommitted}; Tidemark's own",
        "format: json, schema: {_key: long}; two columns are called",
        "format: avro, schema: {type: string}; columns are the fields of a record"
      })
  void shouldNameWhatIsWrongWithItsSettings(String settings, String why) throws Exception {
    String topic = filled(1, 1);
    TaskException e =
        catchThrowableOfType(
            TaskException.class,
            () -> {
              try (Source source = Cluster.source(topic, settings, "{offset: {}}")) {
                source.shape();
              }
            });
    assertThat(e.kind()).isEqualTo(FailureKind.FATAL);
    assertThat(e).hasMessageContaining(why.strip());
  }

  @Test
  void shouldNameTheTopicWhenItIsNotThere() throws Exception {
    try (Source source = Cluster.source("no-such-topic", "format: string", "{offset: {}}")) {
      TaskException e = catchThrowableOfType(TaskException.class, source::shape);
      assertThat(e.kind()).isEqualTo(FailureKind.FATAL);
      assertThat(e).hasMessageContainingAll("no-such-topic", Cluster.bootstrap());
    }
  }
}
