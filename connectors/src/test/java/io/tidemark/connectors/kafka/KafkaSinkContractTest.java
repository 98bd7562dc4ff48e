package io.tidemark.connectors.kafka;

import io.tidemark.connectors.api.Sink;
import io.tidemark.connectors.api.SinkContract;
import io.tidemark.connectors.api.SourceShape;
import io.tidemark.schemas.avro.CommittedFile;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;

class KafkaSinkContractTest extends SinkContract {

  private static final Schema SCHEMA =
      SchemaBuilder.record("row").fields().requiredLong("id").optionalString("name").endRecord();

  private final String topic = Cluster.name("sink");

  @Override
  protected Sink sink() throws Exception {
    return Cluster.sink(topic, "format: json, key: [id], partitions: 3");
  }

  @Override
  protected SourceShape shape() {
    return new SourceShape(
        "rows",
        SCHEMA,
        List.of(
            new SourceShape.Column("id", "bigint", false),
            new SourceShape.Column("name", "text", true)),
        List.of("id"));
  }

  @Override
  protected GenericRecord row(int n) {
    GenericData.Record row = new GenericData.Record(SCHEMA);
    row.put("id", (long) n);
    row.put("name", n % 3 == 0 ? null : "name " + n);
    return row;
  }

  @Override
  protected String identity(GenericRecord row) {
    return row.get("id")
        + "={\"id\":"
        + row.get("id")
        + ",\"name\":"
        + (row.get("name") == null ? "null" : "\"" + row.get("name") + "\"")
        + "}";
  }

  @Override
  protected List<String> written(List<CommittedFile> committed) throws Exception {
    return Cluster.read(topic).stream()
        .map(r -> Cluster.text(r.key()) + "=" + Cluster.text(r.value()))
        .toList();
  }
}
