package io.tidemark.connectors.iceberg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The catalog in a folder: as Hadoop's lays it out, and safe when two commit at the same time. */
class FolderTableTest {

  private static final Schema SCHEMA =
      new Schema(Types.NestedField.required(1, "id", Types.LongType.get()));

  @TempDir Path warehouse;

  private FolderTable table() {
    return new FolderTable(warehouse.resolve("lake/rows").toString(), new LakeFiles());
  }

  @Test
  void shouldLayFilesOutAsHadoopsCatalogDoes() throws Exception {
    Table table = Tables.catalog(warehouse).createTable(Tables.NAME, SCHEMA);
    table.updateProperties().set("a", "b").commit();

    assertThat(Tables.files(warehouse))
        .containsExactly(
            "lake/rows/metadata/v1.metadata.json",
            "lake/rows/metadata/v2.metadata.json",
            "lake/rows/metadata/version-hint.text");
    assertThat(warehouse.resolve("lake/rows/metadata/version-hint.text")).hasContent("2");
    assertThat(Tables.table(warehouse).properties()).containsEntry("a", "b");
    assertThat(Tables.catalog(warehouse).listTables(Tables.NAME.namespace()))
        .containsExactly(Tables.NAME);
  }

  @Test
  void shouldRefuseTheSecondOfTwoCommitsUponTheSameVersion() throws Exception {
    Tables.catalog(warehouse).createTable(Tables.NAME, SCHEMA);
    FolderTable one = table();
    FolderTable two = table();
    TableMetadata base = two.current();
    TableMetadata seen = one.current();
    one.commit(
        seen, TableMetadata.buildFrom(seen).setProperties(java.util.Map.of("by", "one")).build());

    TableMetadata late =
        TableMetadata.buildFrom(base).setProperties(java.util.Map.of("by", "two")).build();
    assertThatThrownBy(() -> two.commit(base, late)).isInstanceOf(CommitFailedException.class);
    assertThat(two.refresh().properties()).containsEntry("by", "one");
    assertThatThrownBy(() -> two.commit(base, late))
        .isInstanceOf(CommitFailedException.class)
        .hasMessageContaining("has changed");
    assertThatThrownBy(() -> Tables.catalog(warehouse).createTable(Tables.NAME, SCHEMA))
        .isInstanceOf(AlreadyExistsException.class);
    assertThat(Tables.files(warehouse.resolve("lake/rows/metadata")))
        .as("nothing is left aside")
        .containsExactly("v1.metadata.json", "v2.metadata.json", "version-hint.text");
  }

  @Test
  void shouldLoseNoCommitWhenManyCommitAtTheSameTime() throws Exception {
    Tables.catalog(warehouse)
        .buildTable(Tables.NAME, SCHEMA)
        .withProperty(TableProperties.COMMIT_NUM_RETRIES, "100")
        .withProperty(TableProperties.COMMIT_MIN_RETRY_WAIT_MS, "1")
        .withProperty(TableProperties.COMMIT_MAX_RETRY_WAIT_MS, "20")
        .create();
    CountDownLatch start = new CountDownLatch(1);
    List<Future<?>> all = new ArrayList<>();
    try (ExecutorService pool = Executors.newFixedThreadPool(4)) {
      for (int i = 0; i < 4; i++) {
        all.add(
            pool.submit(
                () -> {
                  Table table = Tables.table(warehouse);
                  start.await();
                  for (int n = 0; n < 5; n++) {
                    table.newAppend().commit();
                  }
                  return null;
                }));
      }
      start.countDown();
    }
    for (Future<?> each : all) {
      each.get();
    }
    assertThat(Tables.table(warehouse).snapshots()).hasSize(20);
  }

  @Test
  void shouldReadVersionsThatAreCompressed() throws Exception {
    Table table =
        Tables.catalog(warehouse)
            .buildTable(Tables.NAME, SCHEMA)
            .withProperty(TableProperties.METADATA_COMPRESSION, "gzip")
            .create();
    table.updateProperties().set("a", "b").commit();
    assertThat(warehouse.resolve("lake/rows/metadata/v2.gz.metadata.json")).exists();
    assertThat(Tables.table(warehouse).properties()).containsEntry("a", "b");
  }

  @Test
  void shouldReadLocationsInEveryFormThatHadoopWrites() throws Exception {
    Path file = Files.writeString(warehouse.resolve("a b%20c"), "x");
    for (String form : List.of("", "file:", "file://", "file://localhost")) {
      assertThat(LakeFiles.path(form + file)).as(form).isEqualTo(file);
      assertThat(new LakeFiles().newInputFile(form + file).exists()).as(form).isTrue();
    }
    assertThatThrownBy(() -> new LakeFiles().newInputFile("hdfs://nn/a"))
        .hasMessageContaining("HDFS is not supported");
  }
}
