package io.tidemark.connectors.iceberg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.tidemark.connectors.api.Manifest;
import io.tidemark.connectors.api.Sink;
import io.tidemark.connectors.api.SinkWriter;
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
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.LocationProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a finished backfill leaves in the table: its rows, once. */
class AppendTest {

  private static final Schema SCHEMA =
      SchemaBuilder.record("row").fields().requiredLong("id").optionalString("note").endRecord();

  @TempDir Path warehouse;
  private Sink sink;

  @BeforeEach
  void prepare() throws TaskException {
    sink = Tables.sink(warehouse);
    sink.prepare(Tables.shape(SCHEMA));
  }

  private static List<GenericRecord> rows(int from, int to) {
    return IntStream.range(from, to)
        .mapToObj(
            n ->
                (GenericRecord)
                    new GenericRecordBuilder(SCHEMA).set("id", (long) n).set("note", "n").build())
        .toList();
  }

  /** Two partitions, two chunks each: 40 rows in four files. */
  private List<CommittedFile> written() throws TaskException {
    List<CommittedFile> files = new ArrayList<>();
    for (int partition = 1; partition <= 2; partition++) {
      try (SinkWriter writer = Tables.open(sink, SCHEMA, partition, 10L + partition)) {
        int from = partition * 20;
        files.addAll(Tables.chunk(writer, rows(from, from + 10)));
        files.addAll(Tables.chunk(writer, rows(from + 10, from + 20)));
      }
    }
    return files;
  }

  private void assertHolds(int from, int to) throws IOException {
    assertThat(Tables.read(Tables.table(warehouse)))
        .extracting(r -> (Long) r.getField("id"))
        .containsExactlyInAnyOrderElementsOf(
            IntStream.range(from, to).mapToObj(Long::valueOf).toList());
  }

  @Test
  void shouldShowAllRowsInOneSnapshotWhenFinished() throws Exception {
    List<CommittedFile> files = written();
    assertThat(Tables.table(warehouse).currentSnapshot()).as("before").isNull();

    sink.finish(Tables.manifest(files));

    assertHolds(20, 60);
    Table table = Tables.table(warehouse);
    assertThat(table.snapshots()).hasSize(1);
    assertThat(table.currentSnapshot().summary())
        .containsEntry("tidemark.backfill-id", "job-0a1b2c3d")
        .containsEntry("tidemark.rows", "40")
        .containsEntry("tidemark.digest", "avro:40:0000000000001234")
        .containsEntry("added-records", "40")
        .containsEntry("added-data-files", "4");
  }

  @Test
  void shouldChangeNothingWhenFinishedAgain() throws Exception {
    Manifest manifest = Tables.manifest(written());
    sink.finish(manifest);
    List<String> before = Tables.files(warehouse);

    // As after a kill between the commit and the news of it: by another process.
    try (Sink another = Tables.sink(warehouse)) {
      another.finish(manifest);
    }

    assertThat(Tables.table(warehouse).snapshots()).hasSize(1);
    assertThat(Tables.files(warehouse)).isEqualTo(before);
    assertHolds(20, 60);
  }

  @Test
  void shouldCommitOnceWhenFinishedByManyAtTheSameTime() throws Exception {
    Manifest manifest = Tables.manifest(written());
    CountDownLatch start = new CountDownLatch(1);
    List<Future<?>> all = new ArrayList<>();
    try (ExecutorService pool = Executors.newFixedThreadPool(6)) {
      for (int i = 0; i < 6; i++) {
        all.add(
            pool.submit(
                () -> {
                  try (Sink another = Tables.sink(warehouse)) {
                    start.await();
                    another.finish(manifest);
                  }
                  return null;
                }));
      }
      start.countDown();
    }
    for (Future<?> each : all) {
      each.get();
    }
    assertThat(Tables.table(warehouse).snapshots()).hasSize(1);
    assertHolds(20, 60);
  }

  @Test
  void shouldCommitBesideOthersWhenTheyCommitAtTheSameTime() throws Exception {
    Manifest manifest = Tables.manifest(written());
    CountDownLatch start = new CountDownLatch(1);
    try (ExecutorService pool = Executors.newFixedThreadPool(2)) {
      Future<?> others =
          pool.submit(
              () -> {
                Table table = Tables.table(warehouse);
                start.await();
                for (int i = 0; i < 5; i++) {
                  table.newAppend().set("n", "" + i).commit();
                }
                return null;
              });
      Future<?> ours =
          pool.submit(
              () -> {
                start.await();
                sink.finish(manifest);
                return null;
              });
      start.countDown();
      others.get();
      ours.get();
    }
    assertThat(Tables.table(warehouse).snapshots()).hasSize(6);
    assertHolds(20, 60);
  }

  /** A catalog whose replies get lost, while what was asked is done, or not. */
  private static final class Lossy implements TableOperations {
    private final TableOperations real;
    private final boolean done;
    private int lost = 1;

    Lossy(TableOperations real, boolean done) {
      this.real = real;
      this.done = done;
    }

    @Override
    public void commit(TableMetadata base, TableMetadata metadata) {
      if (lost-- > 0) {
        if (done) {
          real.commit(base, metadata);
        }
        throw new CommitStateUnknownException(new IOException("the line broke"));
      }
      real.commit(base, metadata);
    }

    @Override
    public TableMetadata current() {
      return real.current();
    }

    @Override
    public TableMetadata refresh() {
      return real.refresh();
    }

    @Override
    public FileIO io() {
      return real.io();
    }

    @Override
    public String metadataFileLocation(String name) {
      return real.metadataFileLocation(name);
    }

    @Override
    public LocationProvider locationProvider() {
      return real.locationProvider();
    }
  }

  private Table lossy(boolean done) {
    BaseTable table = (BaseTable) Tables.table(warehouse);
    return new BaseTable(new Lossy(table.operations(), done), "lake.rows");
  }

  @Test
  void shouldCommitOnceWhenTheReplyToTheCommitWasLost() throws Exception {
    Append append = new Append(lossy(true), "main", Tables.manifest(written()));

    TaskException lost = catchThrowableOfType(TaskException.class, append::run);
    assertThat(lost.kind()).isEqualTo(FailureKind.TRANSIENT);
    assertThat(lost).hasMessageContainingAll("reply", "lake.rows");
    append.run();

    assertThat(Tables.table(warehouse).snapshots()).hasSize(1);
    assertHolds(20, 60);
  }

  @Test
  void shouldCommitOnceWhenTheCommitWithTheLostReplyWasNotDone() throws Exception {
    Append append = new Append(lossy(false), "main", Tables.manifest(written()));

    assertThatThrownBy(append::run).hasMessageContaining("reply");
    append.run();

    assertThat(Tables.table(warehouse).snapshots()).hasSize(1);
    assertHolds(20, 60);
  }

  @Test
  void shouldFindTheCommitByItsFilesWhenItsSnapshotHasExpired() throws Exception {
    Manifest manifest = Tables.manifest(written());
    sink.finish(manifest);
    Tables.expire(warehouse);
    assertThat(Append.snapshot(Tables.table(warehouse), Tables.BACKFILL)).isEmpty();

    sink.finish(manifest);

    assertThat(Tables.table(warehouse).snapshots()).hasSize(1);
    assertHolds(20, 60);
  }

  @Test
  void shouldCommitToABranchWhenItIsNamed() throws Exception {
    try (Sink audit = Tables.sink(warehouse, ", 'branch': 'audit'")) {
      audit.finish(Tables.manifest(written()));
    }
    Table table = Tables.table(warehouse);
    assertThat(table.currentSnapshot()).as("main").isNull();
    Snapshot head = table.snapshot("audit");
    assertThat(head.summary()).containsEntry("added-records", "40");
    assertThat(table.refs().get("audit").isBranch()).isTrue();
  }

  @Test
  void shouldCommitNoFileWhenThereAreNoRows() throws Exception {
    sink.finish(new Manifest(Tables.BACKFILL, 0, new Digest("avro", 0L, 0L), List.of()));
    sink.finish(new Manifest(Tables.BACKFILL, 0, new Digest("avro", 0L, 0L), List.of()));

    assertThat(Tables.table(warehouse).snapshots())
        .singleElement()
        .satisfies(s -> assertThat(s.summary()).containsEntry("tidemark.rows", "0"));
  }

  @Test
  void shouldCommitNothingWhenAFileIsMissingOrOfAnotherSize() throws Exception {
    List<CommittedFile> files = written();
    Path table = warehouse.resolve("lake/rows");
    Files.delete(table.resolve(files.get(0).getPath()));
    Files.write(table.resolve(files.get(1).getPath()), new byte[10]);

    TaskException e =
        catchThrowableOfType(TaskException.class, () -> sink.finish(Tables.manifest(files)));

    assertThat(e.kind()).isEqualTo(FailureKind.FATAL);
    assertThat(e)
        .hasMessageContainingAll(
            "of 4 files that the ledger names, 2 cannot be committed to",
            files.get(0).getPath() + " is missing",
            files.get(1).getPath() + " has 10 bytes instead of " + files.get(1).getBytes(),
            "run the backfill again under a new name");
    assertThat(Tables.table(warehouse).currentSnapshot()).isNull();
  }

  @Test
  void shouldCommitNothingWhenTheLedgerDoesNotAddUp() throws Exception {
    List<CommittedFile> files = written();
    Digest digest = new Digest("avro", 40L, 0L);
    Manifest more = new Manifest(Tables.BACKFILL, 41, digest, files);
    List<CommittedFile> twice = new ArrayList<>(files);
    twice.add(files.get(0));

    assertThatThrownBy(() -> sink.finish(more)).hasMessageContaining("counts 41 rows");
    assertThatThrownBy(() -> sink.finish(Tables.manifest(twice))).hasMessageContaining("twice");
    CommittedFile first = files.get(0);
    List<CommittedFile> lying = new ArrayList<>(files);
    lying.set(0, new CommittedFile(first.getPath(), 11L, first.getBytes()));
    assertThatThrownBy(() -> sink.finish(Tables.manifest(lying)))
        .hasMessageContaining("has 10 rows instead of 11");
    assertThat(Tables.table(warehouse).currentSnapshot()).isNull();
  }

  @Test
  void shouldRemoveWhatClaimsLeftWhenFinished() throws Exception {
    List<CommittedFile> files = written();
    SinkWriter zombie = Tables.open(sink, SCHEMA, 3, 5);
    List<CommittedFile> orphans = Tables.chunk(zombie, rows(900, 910));
    zombie.begin().record(rows(910, 911).get(0));
    try (SinkWriter next = Tables.open(sink, SCHEMA, 3, 6)) {
      files.addAll(Tables.chunk(next, rows(60, 70)));
    }
    Path table = warehouse.resolve("lake/rows");
    Path foreign =
        Files.createDirectories(table.resolve("data/other-00000000")).resolve("a.parquet");
    Files.write(foreign, new byte[1]);

    sink.finish(Tables.manifest(files));

    assertThat(table.resolve(orphans.get(0).getPath())).doesNotExist();
    assertThat(foreign).exists();
    assertThat(table.resolve("_tidemark/" + Tables.BACKFILL)).doesNotExist();
    assertThat(Tables.files(table.resolve("data/" + Tables.BACKFILL))).hasSize(5);
    assertThatThrownBy(zombie::begin).isInstanceOf(IllegalStateException.class);
    zombie.abort();
    assertThatThrownBy(zombie::begin).isInstanceOf(FencedException.class);
    assertHolds(20, 70);
  }

  @Test
  void shouldRefuseToOpenWhenTheBackfillIsFinished() throws Exception {
    sink.finish(Tables.manifest(written()));
    try (Sink another = Tables.sink(warehouse)) {
      assertThatThrownBy(() -> Tables.open(another, SCHEMA, 1, 99))
          .isInstanceOf(TaskException.class)
          .hasMessageContainingAll("is finished", "give the spec a new name");
    }
  }
}
