package io.tidemark.connectors.iceberg;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.connectors.api.Manifest;
import io.tidemark.connectors.api.Sink;
import io.tidemark.connectors.api.SinkContract;
import io.tidemark.connectors.api.SourceShape;
import io.tidemark.schemas.avro.CommittedFile;
import io.tidemark.schemas.avro.Digest;
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
}
