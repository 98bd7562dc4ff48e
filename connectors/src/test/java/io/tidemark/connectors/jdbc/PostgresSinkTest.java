package io.tidemark.connectors.jdbc;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.connectors.api.Sink;
import io.tidemark.connectors.api.SinkContract;
import io.tidemark.connectors.api.Source;
import io.tidemark.connectors.api.SourceShape;
import io.tidemark.schemas.avro.CommittedFile;
import java.util.List;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The sink contract in every mode. */
class PostgresSinkTest {

  @TestInstance(TestInstance.Lifecycle.PER_CLASS)
  abstract static class Written extends SinkContract {

    private final String mode;
    private TestDatabase database;
    private SourceShape shape;

    Written(String mode) {
      this.mode = mode;
    }

    @BeforeAll
    void create() throws Exception {
      database = new TestDatabase();
      database.run("CREATE TABLE src (id bigint PRIMARY KEY, \"The Name\" text)");
      try (Source source = new JdbcConnector().source(database.config("src"), null)) {
        shape = source.shape();
      }
    }

    @BeforeEach
    void empty() throws Exception {
      database.run("DROP TABLE IF EXISTS dst, tidemark_progress");
    }

    @AfterAll
    void drop() throws Exception {
      database.close();
    }

    @Override
    protected Sink sink() throws Exception {
      return new JdbcConnector().sink(database.config("dst").put("mode", mode)).orElseThrow();
    }

    @Override
    protected SourceShape shape() {
      return shape;
    }

    @Override
    protected GenericRecord row(int n) {
      GenericRecord row = new GenericData.Record(shape.schema());
      row.put(0, (long) n);
      row.put(1, "tab\t" + n);
      return row;
    }

    @Override
    protected String identity(GenericRecord row) {
      return row.get(0) + "|" + row.get(1);
    }

    @Test
    void shouldNameTheRemedyWhenTheTargetWasDroppedButNotItsProgress() throws Exception {
      try (Sink sink = prepared()) {
        open(sink, 1).close();
      }
      database.run("DROP TABLE dst");
      try (Sink sink = sink()) {
        assertRefused(sink);
        assertThatThrownBy(() -> sink.checkUnused("contract-00000000"))
            .hasMessageContaining(
                "DELETE FROM \"public\".\"tidemark_progress\" WHERE backfill ="
                    + " 'contract-00000000'");
      }
      database.run("DELETE FROM tidemark_progress WHERE backfill = 'contract-00000000'");
      try (Sink sink = sink()) {
        sink.checkUnused("contract-00000000");
      }
    }

    @Override
    protected List<String> written(List<CommittedFile> committed) throws Exception {
      return database.rows("SELECT * FROM dst");
    }
  }

  @Nested
  class Insert extends Written {
    Insert() {
      super("insert");
    }
  }

  @Nested
  class Upsert extends Written {
    Upsert() {
      super("upsert");
    }
  }

  @Nested
  class InsertIgnore extends Written {
    InsertIgnore() {
      super("insert-ignore");
    }
  }
}
