package io.tidemark.connectors.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.connectors.api.Manifest;
import io.tidemark.connectors.api.Rows;
import io.tidemark.connectors.api.Sink;
import io.tidemark.connectors.api.SinkWriter;
import io.tidemark.connectors.api.Source;
import io.tidemark.connectors.api.SourceShape;
import io.tidemark.core.lifecycle.Cursor;
import io.tidemark.core.lifecycle.Totals;
import io.tidemark.core.retry.FencedException;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.CommittedFile;
import io.tidemark.schemas.avro.Digest;
import io.tidemark.schemas.avro.FailureKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PromotionTest {

  private static final String BACKFILL = "job-0a1b2c3d";
  private static final Schema SCHEMA =
      SchemaBuilder.record("row").fields().requiredInt("id").endRecord();
  private static final SourceShape SHAPE = Fixture.shape(SCHEMA);

  @TempDir Path dir;
  private Path out;
  private Sink sink;

  @BeforeEach
  void prepare() throws Exception {
    out = dir.resolve("out");
    sink = Fixture.sink(out, "'format': 'csv'");
    sink.prepare(SHAPE);
  }

  private static List<GenericRecord> rows(int from, int to) {
    return IntStream.range(from, to)
        .mapToObj(i -> (GenericRecord) new GenericRecordBuilder(SCHEMA).set("id", i).build())
        .toList();
  }

  /** Two partitions of two chunks each: ids 0 to 39. */
  private Manifest written() throws TaskException {
    List<CommittedFile> files = new ArrayList<>();
    for (int p = 0; p < 2; p++) {
      try (SinkWriter writer = Fixture.open(sink, SHAPE, p, 5)) {
        files.addAll(Fixture.chunk(writer, rows(20 * p, 20 * p + 10)));
        files.addAll(Fixture.chunk(writer, rows(20 * p + 10, 20 * p + 20)));
      }
    }
    return manifest(files);
  }

  private static Manifest manifest(List<CommittedFile> files) {
    long rows = files.stream().mapToLong(CommittedFile::getRows).sum();
    return new Manifest(BACKFILL, rows, new Digest("avro", rows, 77L), files);
  }

  /** Every file below the sink's folder, with its text. */
  private Map<String, String> tree() throws IOException {
    Map<String, String> tree = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(out)) {
      for (Path p : paths.filter(Files::isRegularFile).toList()) {
        tree.put(out.relativize(p).toString(), Files.readString(p));
      }
    }
    return tree;
  }

  private List<String> read() throws TaskException {
    try (Source source = Fixture.source(out, "'format': 'csv'")) {
      return Fixture.read(source).stream().map(r -> r.get("id").toString()).toList();
    }
  }

  private static List<String> ids(int to) {
    return IntStream.range(0, to).mapToObj(String::valueOf).toList();
  }

  @Test
  void shouldShowFilesAndManifestOnlyWhenFinished() throws Exception {
    Manifest manifest = written();
    assertThatThrownBy(this::read).hasMessageContaining("no csv file matches");

    sink.finish(manifest);

    assertThat(read()).isEqualTo(ids(40));
    assertThat(tree().keySet())
        .containsExactly(
            "_manifest-job-0a1b2c3d.json",
            "job-0a1b2c3d-000000-5-0.csv",
            "job-0a1b2c3d-000000-5-1.csv",
            "job-0a1b2c3d-000001-5-0.csv",
            "job-0a1b2c3d-000001-5-1.csv");
    assertThat(out.resolve("_tidemark")).doesNotExist();
    var json = Fixture.json(Files.readString(out.resolve("_manifest-job-0a1b2c3d.json")));
    assertThat(json.path("rows").asLong()).isEqualTo(40);
    assertThat(json.path("digest").path("sum").asLong()).isEqualTo(77);
    assertThat(json.path("files").get(3).path("rows").asLong()).isEqualTo(10);
    assertThat(json.path("files").get(3).path("bytes").asLong())
        .isEqualTo(Files.size(out.resolve("job-0a1b2c3d-000001-5-1.csv")));
  }

  @Test
  void shouldChangeNothingWhenFinishedAgain() throws Exception {
    Manifest manifest = written();
    sink.finish(manifest);
    Map<String, String> before = tree();
    sink.finish(manifest);
    assertThat(tree()).isEqualTo(before);
  }

  @Test
  void shouldEndInTheSamePlaceWhenItStoppedAtAnyStep() throws Exception {
    Manifest manifest = written();
    Path whole = dir.resolve("whole");
    copy(out, whole);
    sink.finish(manifest);
    Map<String, String> finished = tree();
    // Stopped after so many moves; 5: and the folder aside is gone; 6: and the manifest half made.
    for (int step = 0; step <= 6; step++) {
      delete(out);
      copy(whole, out);
      for (int i = 0; i < Math.min(step, 4); i++) {
        Path from = out.resolve(manifest.files().get(i).getPath());
        Files.move(from, out.resolve(BACKFILL + "-" + from.getFileName()));
      }
      if (step >= 5) {
        delete(out.resolve("_tidemark"));
      }
      if (step == 6) {
        Files.writeString(out.resolve("_manifest-job-0a1b2c3d.json.tmp"), "{");
      }
      sink.finish(manifest);
      assertThat(tree()).as("stopped at step " + step).isEqualTo(finished);
    }
  }

  @Test
  void shouldDropWhatTheLedgerDoesNotNameWhenAZombieLeftIt() throws Exception {
    SinkWriter zombie = Fixture.open(sink, SHAPE, 0, 3);
    Fixture.chunk(zombie, rows(0, 7));
    Rows open = zombie.begin();
    open.record(rows(7, 8).getFirst());
    Manifest manifest = written();
    Path other = Files.createDirectories(out.resolve("_tidemark/other-11111111"));
    Files.writeString(other.resolve("000000-1-0.csv"), "id\n1\n");
    Files.writeString(out.resolve("foreign.txt"), "mine");

    sink.finish(manifest);

    assertThatThrownBy(() -> zombie.commit(Cursor.of(8), Totals.ZERO, false))
        .isInstanceOf(FencedException.class);
    zombie.close();
    assertThatThrownBy(() -> Fixture.open(sink, SHAPE, 0, 3))
        .hasMessageContaining("the backfill is finished");
    assertThat(read()).isEqualTo(ids(40));
    assertThat(tree()).containsKeys("_tidemark/other-11111111/000000-1-0.csv", "foreign.txt");
    assertThat(out.resolve("_tidemark/job-0a1b2c3d")).doesNotExist();
  }

  @Test
  void shouldTouchNothingWhenAFileIsMissingOrOfAnotherSize() throws Exception {
    Manifest manifest = written();
    Files.delete(out.resolve(manifest.files().get(1).getPath()));
    Files.writeString(out.resolve(manifest.files().get(2).getPath()), "id\n");
    Map<String, String> before = tree();

    assertThatThrownBy(() -> sink.finish(manifest))
        .hasMessageContaining("of 4 files that the ledger names, 2 cannot be moved")
        .hasMessageContaining("000000-5-1.csv is missing")
        .hasMessageContaining("000001-5-0.csv has 3 bytes instead of")
        .extracting(e -> ((TaskException) e).kind())
        .isEqualTo(FailureKind.FATAL);
    assertThat(tree()).isEqualTo(before);
  }

  @Test
  void shouldRefuseWhenANameIsTaken() throws Exception {
    Manifest manifest = written();
    Files.writeString(out.resolve("job-0a1b2c3d-000001-5-0.csv"), "somebody else's");
    assertThatThrownBy(() -> sink.finish(manifest))
        .hasMessageContaining("is taken by another file");
    assertThat(out.resolve("job-0a1b2c3d-000001-5-0.csv")).hasContent("somebody else's");
  }

  @Test
  void shouldRefuseAManifestWhenItDoesNotAddUpOrLeavesTheFolder() throws Exception {
    Manifest good = written();
    Manifest count = new Manifest(BACKFILL, 41, good.digest(), good.files());
    assertThatThrownBy(() -> sink.finish(count)).hasMessageContaining("counts 41 rows");
    List<CommittedFile> twice = List.of(good.files().get(0), good.files().get(0));
    assertThatThrownBy(() -> sink.finish(manifest(twice))).hasMessageContaining("twice");
    List<CommittedFile> outside = List.of(new CommittedFile("_tidemark/../../x.csv", 1L, 1L));
    assertThatThrownBy(() -> sink.finish(manifest(outside)))
        .hasMessageContaining("does not lie in");

    sink.finish(good);
    List<CommittedFile> fewer = good.files().subList(0, 3);
    assertThatThrownBy(() -> sink.finish(manifest(fewer)))
        .hasMessageContaining("says something else than the ledger");
  }

  @Test
  void shouldFinishWhenNoRowWasWritten() throws Exception {
    sink.finish(manifest(List.of()));
    assertThat(tree().keySet()).containsExactly("_manifest-job-0a1b2c3d.json");
  }

  @Test
  void shouldUseNewNamesWhenTheSameClaimOpensAgain() throws Exception {
    List<CommittedFile> files = new ArrayList<>();
    SinkWriter first = Fixture.open(sink, SHAPE, 0, 5);
    files.addAll(Fixture.chunk(first, rows(0, 1)));
    first.begin().record(rows(1, 2).getFirst());
    SinkWriter second = Fixture.open(sink, SHAPE, 0, 5);
    files.addAll(Fixture.chunk(second, rows(1, 2)));
    files.addAll(first.commit(Cursor.of(2), Totals.ZERO, false));
    assertThat(files).extracting(CommittedFile::getPath).doesNotHaveDuplicates().hasSize(3);
    first.close();
    second.close();
  }

  @Test
  void shouldKeepNothingInTheMakingWhenAbortedOrOvertaken() throws Exception {
    SinkWriter writer = Fixture.open(sink, SHAPE, 0, 5);
    writer.begin().record(rows(0, 1).getFirst());
    assertThat(tree().keySet()).anyMatch(f -> f.endsWith(".tmp"));
    writer.abort();
    assertThat(tree().keySet()).noneMatch(f -> f.endsWith(".tmp"));
    writer.begin().record(rows(0, 1).getFirst());
    try (SinkWriter newer = Fixture.open(sink, SHAPE, 0, 6)) {
      assertThat(tree().keySet()).noneMatch(f -> f.endsWith(".tmp"));
      assertThat(newer.progress()).isEmpty();
    }
    writer.close();
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> paths = Files.walk(from)) {
      for (Path p : paths.toList()) {
        Files.copy(p, to.resolve(from.relativize(p).toString()));
      }
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path p : paths.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(p);
      }
    }
  }
}
