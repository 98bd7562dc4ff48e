package io.tidemark.connectors.s3;

import io.tidemark.connectors.api.Sink;
import io.tidemark.connectors.api.SinkContract;
import io.tidemark.connectors.api.Source;
import io.tidemark.connectors.api.SourceShape;
import io.tidemark.connectors.file.Fixture;
import io.tidemark.schemas.avro.CommittedFile;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The contract over a prefix of a real server, for each format. */
class S3SinkContractTest {

  abstract static class OfFormat extends SinkContract {

    private static final Schema SCHEMA =
        SchemaBuilder.record("row").fields().requiredInt("id").optionalString("note").endRecord();

    private final Bucket bucket = new Bucket();

    abstract String format();

    String types() {
      return "";
    }

    @AfterEach
    void close() {
      bucket.close();
    }

    @Override
    protected Sink sink() throws Exception {
      return bucket.sink("lake/orders", "'format': '" + format() + "'");
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

    @Override
    protected List<String> written(List<CommittedFile> committed) throws Exception {
      List<String> rows = new ArrayList<>();
      for (CommittedFile f : committed) {
        try (Source source =
            bucket.source(
                "lake/orders/" + f.getPath(), "'format': '" + format() + "'" + types(), 1 << 20)) {
          Fixture.read(source).forEach(r -> rows.add(identity(r)));
        }
      }
      return rows;
    }

    @Test
    void shouldRefuseABackfillThatTheLogDoesNotKnowWhenOnlyItsFilesAreThere() throws Exception {
      bucket.put("lake/orders/contract-00000000-1234abcd-000001-7-0.csv", "");
      try (Sink sink = sink()) {
        sink.checkUnused("contract-00000000");
        bucket.put("lake/orders/contract-00000000-000001.2-7-0.csv", "");
        assertRefused(sink);
      }
    }
  }

  @Nested
  class Csv extends OfFormat {
    @Override
    String format() {
      return "csv";
    }

    @Override
    String types() {
      return ", 'schema': {'id': 'int'}";
    }
  }

  @Nested
  class JsonLines extends OfFormat {
    @Override
    String format() {
      return "jsonl";
    }

    @Override
    String types() {
      return ", 'schema': {'id': 'int', 'note': 'string'}";
    }
  }

  @Nested
  class Parquet extends OfFormat {
    @Override
    String format() {
      return "parquet";
    }
  }

  @Nested
  class Avro extends OfFormat {
    @Override
    String format() {
      return "avro";
    }
  }
}
