package io.tidemark.connectors.iceberg;

import io.tidemark.connectors.api.Sink;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import org.apache.iceberg.CatalogProperties;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.jdbc.JdbcCatalog;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** A catalog in PostgreSQL, each test with a namespace of its own. */
class JdbcCatalogSinkContractTest extends IcebergSinkContract {

  private static EmbeddedPostgres postgres;

  @TempDir Path warehouse;
  private final String namespace = "n" + UUID.randomUUID().toString().substring(0, 8);

  @BeforeAll
  static void start() throws IOException {
    postgres = EmbeddedPostgres.builder().setServerConfig("fsync", "off").start();
  }

  @AfterAll
  static void stop() throws IOException {
    postgres.close();
  }

  private static String url() {
    return "jdbc:postgresql://localhost:" + postgres.getPort() + "/postgres";
  }

  @Override
  protected Sink sink() throws Exception {
    return Tables.sink(
        """
        {'catalog': {'type': 'jdbc', 'uri': '%s', 'warehouse': '%s',
         'properties': {'jdbc.user': 'postgres', 'jdbc.password': 'unused'}}, 'table': '%s.rows'}
        """
            .formatted(url(), warehouse, namespace));
  }

  @Override
  Table table() {
    try (JdbcCatalog catalog = new JdbcCatalog()) {
      catalog.initialize(
          "tidemark",
          Map.of(
              CatalogProperties.URI,
              url(),
              CatalogProperties.WAREHOUSE_LOCATION,
              warehouse.toString(),
              CatalogProperties.FILE_IO_IMPL,
              LakeFiles.class.getName(),
              "jdbc.user",
              "postgres"));
      Table table = catalog.loadTable(TableIdentifier.of(namespace, "rows"));
      // Read now: the catalog is closed then.
      table.refresh();
      return table;
    }
  }
}
