package io.tidemark.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.iceberg.Table;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** CSV files into a table of Iceberg, its catalog in PostgreSQL, while processes are killed. */
class IcebergTest {

  private static final Duration PATIENCE = Duration.ofMinutes(4);
  private static final int FILES = 6;
  private static final int LINES = 50_000;

  @RegisterExtension static final Fleet fleet = new Fleet();

  private static Postgres postgres;

  @BeforeAll
  static void start() throws SQLException, IOException {
    postgres = new Postgres();
    fleet.broker();
    Files.createDirectories(fleet.dir().resolve("in"));
    for (int f = 0; f < FILES; f++) {
      try (Writer out = Files.newBufferedWriter(fleet.dir().resolve("in/" + f + ".csv"))) {
        out.write("id,amount,day,note\n");
        for (int n = f * LINES; n < (f + 1) * LINES; n++) {
          out.write(line(n) + "\n");
        }
      }
    }
  }

  @AfterAll
  static void stop() throws SQLException {
    postgres.close();
  }

  private static String line(int n) {
    String note = n % 7 == 0 ? "" : "note " + n;
    return "%d,%d.%02d,%s,%s".formatted(n, n * 31L, n % 100, day(n), note);
  }

  private static String day(int n) {
    return "2026-0%d-1%d".formatted(1 + n % 3, n % 10);
  }

  private static Map<Object, String> wanted() {
    Map<Object, String> rows = new TreeMap<>();
    for (int n = 0; n < FILES * LINES; n++) {
      String note = n % 7 == 0 ? null : "note " + n;
      rows.put((long) n, "%d|%d.%02d|%s|%s|".formatted(n, n * 31L, n % 100, day(n), note));
    }
    return rows;
  }

  /**
   * What a worker leaves that wakes up behind the end is found; what the table has is not touched.
   */
  private void assertOrphanFound(Path spec, Path data) throws IOException {
    long committed = files(data);
    Files.writeString(data.resolve("000001-3-0a1b2c3d-7.parquet"), "no Parquet at all");

    Proc listed = fleet.onKafka("orphans", "orphans", spec.toString()).expect(0, Fleet.SHORT);
    assertThat(listed.out())
        .contains("000001-3-0a1b2c3d-7.parquet  17 bytes", "1 orphans, 17 bytes");
    fleet
        .onKafka("orphans-removed", "orphans", spec.toString(), "--delete", "--yes")
        .expect(0, Fleet.SHORT);
    assertThat(files(data)).isEqualTo(committed);
    assertThat(data.resolve("000001-3-0a1b2c3d-7.parquet")).doesNotExist();
  }

  private Path spec(String table) {
    return fleet.write(
        table + ".yaml",
        """
        apiVersion: tidemark/v1
        name: %s
        source:
          file:
            path: "%s/in/*.csv"
            format: csv
            schema: {id: long, amount: "decimal(12,2)", day: date}
        partition: {file: {megabytes: 1}}
        chunk: {rows: 2000}
        sink:
          iceberg:
            catalog:
              type: jdbc
              uri: %s
              warehouse: %s
              properties: {jdbc.user: app, jdbc.password: "${env:DST_PASSWORD}"}
            table: shop.%s
            partitionedBy: [month(day)]
        """
            .formatted(table, fleet.dir(), postgres.url(), fleet.dir().resolve("lake"), table));
  }

  @Test
  void shouldCommitExactlyOnceWhenAWorkerAndTheReconcilerAreKilled() throws Exception {
    Proc reconciler = fleet.reconciler();
    Proc killed = fleet.worker("w-killed");
    fleet.worker("w-steady");
    Path spec = spec("orders");
    String backfill = fleet.plan(spec).path("backfill").asText();
    Path data = fleet.dir().resolve("lake/shop/orders/data").resolve(backfill);
    await().atMost(PATIENCE).until(() -> files(data) > 30);
    Fleet.pause(fleet.moment(0, 1_000));
    killed.kill9();
    Fleet.pause(fleet.moment(0, 2_000));
    reconciler.kill9();
    fleet.reconciler();

    JsonNode end = fleet.waitFor(backfill, PATIENCE);

    assertThat(end.path("state").asText()).isEqualTo("COMPLETED");
    assertThat(end.path("rows").asLong()).isEqualTo((long) FILES * LINES);
    CheckpointLog log = fleet.checkpoints();
    assertThat(log.takeoversFrom(killed.name())).as("it was killed in the middle").isNotEmpty();
    assertExact("orders", backfill);
    assertOrphanFound(spec, data);
  }

  private static long files(Path folder) {
    if (!Files.isDirectory(folder)) {
      return 0;
    }
    try (Stream<Path> all = Files.list(folder)) {
      return all.count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void assertExact(String name, String backfill) {
    Path warehouse = fleet.dir().resolve("lake");
    Table table = Lakes.inDatabase(postgres, warehouse, "shop", name);
    assertThat(table.snapshots()).as("one commit").hasSize(1);
    assertThat(table.currentSnapshot().summary())
        .containsEntry("tidemark.backfill-id", backfill)
        .containsEntry("added-records", Integer.toString(FILES * LINES));
    assertThat(Lakes.rows(table, "id", "amount", "day", "note")).isEqualTo(wanted());
    long committed = Long.parseLong(table.currentSnapshot().summary().get("added-data-files"));
    assertThat(files(warehouse.resolve("shop/" + name + "/data").resolve(backfill)))
        .as("files that no snapshot names")
        .isEqualTo(committed);
    System.out.println("snapshot: " + table.currentSnapshot().summary());
  }
}
