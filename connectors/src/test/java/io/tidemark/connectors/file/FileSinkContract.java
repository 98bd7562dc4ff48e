package io.tidemark.connectors.file;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.connectors.api.Manifest;
import io.tidemark.connectors.api.Sink;
import io.tidemark.connectors.api.SinkContract;
import io.tidemark.connectors.api.Source;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract over a folder, whatever the format. */
abstract class FileSinkContract extends SinkContract {

  private static final Schema SCHEMA =
      SchemaBuilder.record("row").fields().requiredInt("id").optionalString("note").endRecord();

  @TempDir Path dir;

  /** Settings of the sink but for the path. */
  abstract String settings();

  /** Settings of a source that reads what was written. */
  abstract String readBack();

  @Override
  protected Sink sink() throws Exception {
    return Fixture.sink(dir.resolve("out"), settings());
  }

  @Override
  protected SourceShape shape() {
    return Fixture.shape(SCHEMA);
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

  @Test
  void shouldRefuseABackfillThatTheLogDoesNotKnowWhenItsManifestIsThere() throws Exception {
    Manifest manifest = new Manifest("contract-00000000", 0, new Digest("avro", 0L, 0L), List.of());
    try (Sink sink = sink()) {
      sink.finish(manifest);
      assertRefused(sink);
      assertThatThrownBy(() -> sink.checkUnused(manifest.backfill()))
          .hasMessageContaining("_manifest-contract-00000000.json is there already");
    }
  }

  @Test
  void shouldRefuseABackfillThatTheLogDoesNotKnowWhenOnlyItsMovedFilesAreThere() throws Exception {
    Files.createDirectories(dir.resolve("out"));
    Path other = dir.resolve("out/contract-00000000-1234abcd-000001-7-0.csv");
    Files.createFile(other);
    try (Sink sink = sink()) {
      sink.checkUnused("contract-00000000");
      Files.createFile(dir.resolve("out/contract-00000000-000001.2-7-0.csv"));
      assertRefused(sink);
    }
  }

  @Override
  protected List<String> written(List<CommittedFile> committed) throws Exception {
    List<String> rows = new ArrayList<>();
    for (CommittedFile f : committed) {
      try (Source source = Fixture.source(dir.resolve("out").resolve(f.getPath()), readBack())) {
        Fixture.read(source).forEach(r -> rows.add(identity(r)));
      }
    }
    return rows;
  }
}
