package io.tidemark.connectors.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.tidemark.connectors.api.Claim;
import io.tidemark.connectors.api.Leftover;
import io.tidemark.connectors.api.Manifest;
import io.tidemark.connectors.api.RowFormat;
import io.tidemark.connectors.api.Rows;
import io.tidemark.connectors.api.Sink;
import io.tidemark.connectors.api.SinkWriter;
import io.tidemark.connectors.api.Source;
import io.tidemark.connectors.api.SourceShape;
import io.tidemark.connectors.file.Fixture;
import io.tidemark.core.lifecycle.Cursor;
import io.tidemark.core.lifecycle.Totals;
import io.tidemark.core.retry.FencedException;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.CommittedFile;
import io.tidemark.schemas.avro.Digest;
import io.tidemark.schemas.avro.FailureKind;
import io.tidemark.testing.ObjectStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class S3SinkTest {

  private static final String BACKFILL = "job-0a1b2c3d";
  private static final String ASIDE = "lake/out/_tidemark/job-0a1b2c3d/";
  private static final Schema SCHEMA =
      SchemaBuilder.record("row").fields().requiredInt("id").requiredBytes("blob").endRecord();
  private static final SourceShape SHAPE = Fixture.shape(SCHEMA);

  private final Bucket bucket = new Bucket();

  @AfterEach
  void close() {
    bucket.close();
  }

  private Sink sink() throws TaskException {
    Sink sink = bucket.sink("lake/out", "'format': 'avro', 'compression': 'none'");
    sink.prepare(SHAPE);
    return sink;
  }

  private static SinkWriter open(Sink sink, int partition, long fence) throws TaskException {
    String id = "%s/%06d".formatted(BACKFILL, partition);
    return sink.open(new Claim(BACKFILL, id, fence, "w1"), SHAPE, RowFormat.RECORDS);
  }

  /** Rows of so many bytes each, which no compression makes smaller. */
  private static List<GenericRecord> rows(int from, int to, int bytes) {
    return IntStream.range(from, to)
        .mapToObj(
            i -> {
              byte[] blob = new byte[bytes];
              new Random(i).nextBytes(blob);
              return (GenericRecord)
                  new GenericRecordBuilder(SCHEMA)
                      .set("id", i)
                      .set("blob", java.nio.ByteBuffer.wrap(blob))
                      .build();
            })
        .toList();
  }

  private static void put(Rows out, List<GenericRecord> rows) throws TaskException {
    for (GenericRecord row : rows) {
      out.record(row);
    }
  }

  private static List<CommittedFile> chunk(SinkWriter writer, List<GenericRecord> rows)
      throws TaskException {
    put(writer.begin(), rows);
    return writer.commit(
        Cursor.of(rows.size()), new Totals(rows.size(), 0, 0, "avro", 1, 0), false);
  }

  private static Manifest manifest(List<CommittedFile> files) {
    long rows = files.stream().mapToLong(CommittedFile::getRows).sum();
    return new Manifest(BACKFILL, rows, new Digest("avro", rows, 77L), files);
  }

  private List<CommittedFile> written(Sink sink) throws TaskException {
    List<CommittedFile> files = new ArrayList<>();
    for (int p = 0; p < 2; p++) {
      try (SinkWriter writer = open(sink, p, 5)) {
        files.addAll(chunk(writer, rows(20 * p, 20 * p + 10, 10)));
        files.addAll(chunk(writer, rows(20 * p + 10, 20 * p + 20, 10)));
      }
    }
    return files;
  }

  private List<Integer> read() throws TaskException {
    try (Source source = bucket.source("lake/out", "'format': 'avro'", 64 << 20)) {
      return Fixture.read(source).stream().map(r -> (Integer) r.get("id")).toList();
    }
  }

  private static List<Integer> ids(int to) {
    return IntStream.range(0, to).boxed().toList();
  }

  @Test
  void shouldShowObjectsAndManifestOnlyWhenFinished() throws Exception {
    try (Sink sink = sink()) {
      Manifest manifest = manifest(written(sink));
      assertThatThrownBy(this::read).hasMessageContaining("no avro object matches");

      sink.finish(manifest);

      assertThat(read()).isEqualTo(ids(40));
      assertThat(bucket.objects().keySet())
          .containsExactly(
              "lake/out/_manifest-job-0a1b2c3d.json",
              "lake/out/job-0a1b2c3d-000000-5-0.avro",
              "lake/out/job-0a1b2c3d-000000-5-1.avro",
              "lake/out/job-0a1b2c3d-000001-5-0.avro",
              "lake/out/job-0a1b2c3d-000001-5-1.avro");
      byte[] before = bucket.get("lake/out/_manifest-job-0a1b2c3d.json");
      sink.finish(manifest);
      assertThat(bucket.get("lake/out/_manifest-job-0a1b2c3d.json")).isEqualTo(before);
    }
  }

  @Test
  void shouldEndInTheSamePlaceWhenItStoppedAtAnyStep() throws Exception {
    try (Sink sink = sink()) {
      Manifest manifest = manifest(written(sink));
      Map<String, byte[]> whole = contents();
      sink.finish(manifest);
      Map<String, Long> finished = bucket.objects();
      // Stopped after so many copies; after 5 to 8, as many objects aside are gone as well.
      for (int step = 0; step <= 8; step++) {
        restore(whole, manifest);
        for (int i = 0; i < Math.min(step, 4); i++) {
          copy(manifest.files().get(i).getPath());
        }
        for (int i = 4; i < step; i++) {
          remove("lake/out/" + manifest.files().get(i - 4).getPath());
        }
        sink.finish(manifest);
        assertThat(bucket.objects()).as("stopped at step " + step).isEqualTo(finished);
        assertThat(read()).isEqualTo(ids(40));
      }
    }
  }

  private Map<String, byte[]> contents() {
    Map<String, byte[]> contents = new TreeMap<>();
    bucket.objects().keySet().forEach(key -> contents.put(key, bucket.get(key)));
    return contents;
  }

  private void restore(Map<String, byte[]> contents, Manifest manifest) {
    bucket.objects().keySet().forEach(this::remove);
    contents.forEach(
        (key, bytes) ->
            bucket
                .client()
                .putObject(
                    b ->
                        b.bucket(bucket.name())
                            .key(key)
                            .metadata(Map.of(S3Chunk.MARK, key.substring("lake/out/".length()))),
                    software.amazon.awssdk.core.sync.RequestBody.fromBytes(bytes)));
    assertThat(bucket.objects()).hasSizeGreaterThan(manifest.files().size());
  }

  private void copy(String path) {
    String to = "lake/out/" + BACKFILL + "-" + path.substring(path.lastIndexOf('/') + 1);
    bucket
        .client()
        .copyObject(
            b ->
                b.sourceBucket(bucket.name())
                    .sourceKey("lake/out/" + path)
                    .destinationBucket(bucket.name())
                    .destinationKey(to));
  }

  private void remove(String key) {
    bucket.client().deleteObject(b -> b.bucket(bucket.name()).key(key));
  }

  @Test
  void shouldTouchNothingWhenANameIsTakenOrAnObjectIsMissing() throws Exception {
    try (Sink sink = sink()) {
      Manifest manifest = manifest(written(sink));
      String taken = "lake/out/job-0a1b2c3d-000001-5-0.avro";
      bucket.put(taken, "somebody else's");
      remove("lake/out/" + manifest.files().get(1).getPath());
      Map<String, Long> before = bucket.objects();

      assertThatThrownBy(() -> sink.finish(manifest))
          .hasMessageContaining("of 4 files that the ledger names, 2 cannot be moved")
          .hasMessageContaining(bucket.url(taken) + " is taken by another file")
          .hasMessageContaining("000000-5-1.avro is missing");
      assertThat(bucket.objects()).isEqualTo(before);
    }
  }

  @Test
  void shouldWriteInPartsAndReadByRangesWhenAChunkIsLarge() throws Exception {
    // 40 MB: five parts to write, and ranges of all sizes to read.
    List<GenericRecord> rows = rows(0, 400, 100_000);
    try (Sink sink = sink();
        SinkWriter writer = open(sink, 0, 5)) {
      put(writer.begin(), rows);
      assertThat(bucket.uploads()).hasSize(1);
      assertThat(bucket.objects().keySet()).noneMatch(k -> k.endsWith(".avro"));
      List<CommittedFile> files = writer.commit(Cursor.of(400), Totals.ZERO, true);
      assertThat(files.getFirst().getBytes()).isGreaterThan(40_000_000);
      assertThat(bucket.uploads()).isEmpty();
      sink.finish(manifest(files));
      try (Source source = bucket.source("lake/out", "'format': 'avro'", 9 << 20)) {
        assertThat(Fixture.slices(source)).hasSizeGreaterThan(3);
        assertThat(Fixture.read(source)).isEqualTo(rows);
      }
    }
  }

  @Test
  void shouldLeaveNoUploadWhenAborted() throws Exception {
    try (Sink sink = sink();
        SinkWriter writer = open(sink, 0, 5)) {
      put(writer.begin(), rows(0, 200, 100_000));
      assertThat(bucket.uploads()).hasSize(1);
      writer.abort();
      assertThat(bucket.uploads()).isEmpty();
      assertThat(bucket.objects().keySet()).noneMatch(k -> k.endsWith(".avro"));
    }
  }

  @Test
  void shouldEndTheUploadOfAFormerClaimWhenOpened() throws Exception {
    try (Sink former = sink();
        Sink sink = sink();
        SinkWriter stopped = open(former, 0, 5)) {
      put(stopped.begin(), rows(0, 200, 100_000));
      try (SinkWriter other = open(former, 1, 5)) {
        put(other.begin(), rows(0, 200, 100_000));
        assertThat(bucket.uploads()).hasSize(2);
        open(sink, 0, 6).close();
        assertThat(bucket.uploads()).as("that of another partition").hasSize(1);
      }
      assertThatThrownBy(() -> stopped.commit(Cursor.of(1), Totals.ZERO, false))
          .isInstanceOf(TaskException.class);
      stopped.abort();
      assertThatThrownBy(stopped::begin).isInstanceOf(FencedException.class);
    }
  }

  @Test
  void shouldFindAndRemoveWhatClaimsThatAreOverHaveLeft() throws Exception {
    try (Sink sink = sink()) {
      List<CommittedFile> lost;
      try (SinkWriter zombie = open(sink, 0, 3)) {
        lost = chunk(zombie, rows(0, 7, 10));
      }
      List<CommittedFile> files = written(sink);
      SinkWriter dead = open(sink, 1, 6);
      put(dead.begin(), rows(0, 200, 100_000));
      assertThat(sink.leftovers(BACKFILL).orElseThrow())
          .as("what a claim that goes on writes is no leftover")
          .extracting(Leftover::path)
          .containsExactlyInAnyOrder(
              lost.getFirst().getPath(), files.get(2).getPath(), files.get(3).getPath());

      sink.remove(
          BACKFILL,
          sink.leftovers(BACKFILL).orElseThrow().stream()
              .filter(l -> files.stream().noneMatch(f -> f.getPath().equals(l.path())))
              .toList());
      assertThat(bucket.objects()).doesNotContainKey("lake/out/" + lost.getFirst().getPath());

      sink.finish(manifest(files));
      assertThat(bucket.uploads()).as("finishing ends them as well").isEmpty();
      assertThat(sink.leftovers(BACKFILL).orElseThrow()).isEmpty();
      bucket
          .client()
          .createMultipartUpload(b -> b.bucket(bucket.name()).key(ASIDE + "000001-6-1.avro"));
      List<Leftover> behind = sink.leftovers(BACKFILL).orElseThrow();
      assertThat(behind)
          .containsExactly(new Leftover("_tidemark/job-0a1b2c3d/000001-6-1.avro", 0, false));
      sink.remove(BACKFILL, behind);
      assertThat(bucket.uploads()).isEmpty();
      assertThat(read()).isEqualTo(ids(40));
    }
  }

  @Test
  void shouldNameBucketAndRemedyWhenTheStoreRefuses() throws Exception {
    String nowhere = "'url': 's3://no-such-bucket/x', 'format': 'csv', ";
    try (Sink sink =
        new S3Connector().sink(Bucket.json("{" + nowhere + Bucket.access() + "}")).orElseThrow()) {
      assertThatThrownBy(() -> sink.check(SHAPE))
          .hasMessageContaining("cannot write s3://no-such-bucket/x: NoSuchBucket")
          .hasMessageContaining("there is no such bucket; create it, or correct url");
      assertThatThrownBy(() -> sink.checkUnused(BACKFILL))
          .hasMessageContaining("s3://no-such-bucket/x")
          .hasMessageContaining("NoSuchBucket");
    }
    String wrong =
        "'url': '%s', 'format': 'csv', %s"
            .formatted(
                bucket.url("x"),
                Bucket.access().replace(ObjectStore.SECRET_KEY, "another-secret-of-somebody"));
    try (Sink sink = new S3Connector().sink(Bucket.json("{" + wrong + "}")).orElseThrow()) {
      TaskException e = catchThrowableOfType(TaskException.class, () -> sink.checkUnused(BACKFILL));
      assertThat(e).hasMessageContaining(bucket.url("x"));
      for (Throwable t = e; t != null; t = t.getCause()) {
        assertThat(t.toString())
            .doesNotContain("another-secret")
            .doesNotContain(ObjectStore.ACCESS_KEY);
      }
    }
  }

  @Test
  void shouldSayThatNobodyAnswersWhenTheStoreIsAway() throws Exception {
    String away =
        "{'url': 's3://b/x', 'format': 'csv', 'endpoint': 'http://127.0.0.1:1',"
            + " 'accessKey': 'a', 'secretKey': 'b'}";
    try (Sink sink = new S3Connector().sink(Bucket.json(away)).orElseThrow()) {
      assertThatThrownBy(() -> sink.prepare(SHAPE))
          .hasMessageContaining("s3://b/x")
          .hasMessageContaining("the store does not answer")
          .extracting(e -> ((TaskException) e).kind())
          .isEqualTo(FailureKind.UNAVAILABLE);
    }
  }

  @Test
  void shouldRefuseSettingsThatMakeNoSense() {
    Map<String, String> wrong =
        Map.of(
            "'url': 'lake/x'", "sink.s3.url: 'lake/x' is no URL of an object store",
            "'url': 's3:///x'", "write s3://bucket/prefix",
            "'url': 's3://b', 'accessKey': 'a'", "accessKey and secretKey go together",
            "'url': 's3://b', 'endpoint': 'ftp://x'", "sink.s3.endpoint: 'ftp://x' is no URL",
            "'url': 's3://b', 'endpoint': 'a b'", "sink.s3.endpoint: 'a b' is no URL");
    wrong.forEach(
        (settings, why) ->
            assertThatThrownBy(
                    () ->
                        new S3Connector().sink(Bucket.json("{" + settings + ", 'format': 'csv'}")))
                .as(settings)
                .hasMessageContaining(why));
  }
}
