package io.tidemark.connectors.iceberg;

import io.tidemark.connectors.api.Sink;
import java.nio.file.Path;
import org.apache.iceberg.Table;
import org.junit.jupiter.api.io.TempDir;

class HadoopCatalogSinkContractTest extends IcebergSinkContract {

  @TempDir Path warehouse;

  @Override
  protected Sink sink() throws Exception {
    return Tables.sink(warehouse);
  }

  @Override
  Table table() {
    return Tables.table(warehouse);
  }
}
