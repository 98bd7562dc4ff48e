package io.tidemark.connectors.iceberg;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.connectors.api.Leftover;
import io.tidemark.connectors.api.Manifest;
import io.tidemark.connectors.api.Sink;
import io.tidemark.connectors.api.SinkContract;
import io.tidemark.connectors.api.SinkWriter;
import io.tidemark.connectors.api.SourceShape;
import io.tidemark.schemas.avro.CommittedFile;
import io.tidemark.schemas.avro.Digest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.iceberg.Table;
import org.junit.jupiter.api.Test;

/** The contract over a table, whatever the catalog. */
abstract class IcebergSinkContract extends SinkContract {

  private static final Schema SCHEMA =
      SchemaBuilder.record("row").fields().requiredInt("id").optionalString("note").endRecord();

  /** The table that the sink writes. */
  abstract Table table() throws Exception;

  @Override
  protected SourceShape shape() {
    return Tables.shape(SCHEMA);
  }

  @Override
  protected GenericRecord row(int n) {
    return new GenericRecordBuilder(SCHEMA)
        .set("id", n)
        .set("note", n % 3 == 0 ? null : "a \"note\",\n")
        .build();
  }

  @Override
  protected String identity(GenericRecord row) {
    return row.get("id") + "|" + row.get("note");
  }

  @Override
  protected List<String> written(List<CommittedFile> committed) throws Exception {
    Table table = table();
    assertThat(Tables.read(table)).as("nothing is in the table yet").isEmpty();
    List<String> rows = new ArrayList<>();
    for (CommittedFile f : committed) {
      Tables.readFile(table, table.location() + "/" + f.getPath())
          .forEach(r -> rows.add(r.getField("id") + "|" + r.getField("note")));
    }
    return rows;
  }

  @Test
  void shouldRefuseABackfillThatTheLogDoesNotKnowWhenASnapshotHoldsIt() throws Exception {
    Manifest manifest = new Manifest("contract-00000000", 0, new Digest("avro", 0L, 0L), List.of());
    try (Sink sink = prepared()) {
      sink.finish(manifest);
      assertRefused(sink);
    }
  }

  private List<CommittedFile> chunk(Sink sink, int partition, long fence, GenericRecord... rows)
      throws Exception {
    try (SinkWriter writer = Tables.open(sink, SCHEMA, partition, fence)) {
      return Tables.chunk(writer, List.of(rows));
    }
  }

  private static List<String> leftovers(Sink sink) throws Exception {
    return sink.leftovers(Tables.BACKFILL).orElseThrow().stream().map(Leftover::path).toList();
  }

  @Test
  void shouldFindAndRemoveWhatClaimsThatAreOverHaveLeft() throws Exception {
    try (Sink sink = prepared()) {
      Path data = LakeFiles.path(table().location()).resolve("data");
      List<CommittedFile> lost = chunk(sink, 1, 3, row(900));
      List<CommittedFile> files = new ArrayList<>(chunk(sink, 2, 4, row(1), row(2)));
      files.addAll(chunk(sink, 2, 6, row(3)));
      files.addAll(chunk(sink, 1, 5, row(4)));
      SinkWriter atWork = Tables.open(sink, SCHEMA, 3, 7);
      atWork.begin().record(row(901));
      Path notOurs = data.resolve(Tables.BACKFILL).resolve("000001-old.parquet");
      Path ofAnother = data.resolve("job-99999999").resolve("000001-1-0a1b2c3d-0.parquet");
      Files.createDirectories(ofAnother.getParent());
      Files.write(notOurs, new byte[1]);
      Files.write(ofAnother, new byte[1]);

      assertThat(leftovers(sink))
          .as("not of claims that go on, but whether checkpoints name it or not")
          .containsExactlyInAnyOrder(lost.getFirst().getPath(), files.getFirst().getPath());

      List<String> before = Tables.files(data);
      List<Leftover> orphans =
          sink.leftovers(Tables.BACKFILL).orElseThrow().stream()
              .filter(l -> l.path().equals(lost.getFirst().getPath()))
              .toList();
      sink.remove(Tables.BACKFILL, orphans);
      sink.remove(Tables.BACKFILL, orphans);

      List<String> after = new ArrayList<>(before);
      after.remove(lost.getFirst().getPath().substring("data/".length()));
      assertThat(Tables.files(data)).hasSize(before.size() - 1).isEqualTo(after);
      atWork.close();
      sink.finish(Tables.manifest(files));
      assertThat(leftovers(sink)).isEmpty();
      assertThat(Tables.read(table())).hasSize(4);
    }
  }

  @Test
  void shouldFindWhatCameBehindTheCommitAndTouchNothingOfIt() throws Exception {
    try (Sink sink = prepared()) {
      List<CommittedFile> files = chunk(sink, 1, 5, row(1), row(2));
      sink.finish(Tables.manifest(files));
      Path late =
          LakeFiles.path(table().location())
              .resolve("data/" + Tables.BACKFILL + "/000001-5-0a1b2c3d-7.parquet");
      Files.write(late, new byte[17]);

      List<Leftover> found = new ArrayList<>(sink.leftovers(Tables.BACKFILL).orElseThrow());
      assertThat(found)
          .containsExactly(
              new Leftover("data/" + Tables.BACKFILL + "/" + late.getFileName(), 17, true));
      CommittedFile committed = files.getFirst();
      found.add(new Leftover(committed.getPath(), committed.getBytes(), true));
      sink.remove(Tables.BACKFILL, found);

      assertThat(late).doesNotExist();
      assertThat(Tables.read(table())).as("though somebody asks for it").hasSize(2);
    }
  }
}
