package io.tidemark.connectors.sql;

import io.tidemark.connectors.api.Sink;
import io.tidemark.connectors.api.SinkContract;
import io.tidemark.connectors.api.SourceShape;
import io.tidemark.connectors.jdbc.JdbcConnector;
import io.tidemark.schemas.avro.CommittedFile;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.TestInstance;

/** The sink contract in every mode, for one product. */
abstract class SqlSinkCases {

  private static final SourceShape SHAPE = shape();

  /** A fresh database. */
  abstract TestSql open() throws Exception;

  /** Makes the target, where Tidemark does not. */
  void create(TestSql database) throws Exception {}

  private static SourceShape shape() {
    Schema schema =
        SchemaBuilder.record("src")
            .fields()
            .requiredLong("id")
            .optionalString("The_Name")
            .endRecord();
    return new SourceShape(
        "src",
        schema,
        List.of(
            new SourceShape.Column("id", "long", false),
            new SourceShape.Column("The_Name", "string", true)),
        List.of("id"));
  }

  /** One mode. */
  @TestInstance(TestInstance.Lifecycle.PER_CLASS)
  abstract class Written extends SinkContract {

    private final String mode;
    private TestSql database;

    Written(String mode) {
      this.mode = mode;
    }

    @BeforeEach
    void empty() throws Exception {
      drop();
      database = SqlSinkCases.this.open();
      create(database);
    }

    @AfterAll
    void drop() throws Exception {
      if (database != null) {
        database.close();
      }
    }

    @Override
    protected Sink sink() throws Exception {
      return new JdbcConnector().sink(database.config("dst").put("mode", mode)).orElseThrow();
    }

    @Override
    protected SourceShape shape() {
      return SHAPE;
    }

    @Override
    protected GenericRecord row(int n) {
      GenericRecord row = new GenericData.Record(SHAPE.schema());
      row.put(0, (long) n);
      row.put(1, "tab\t" + n);
      return row;
    }

    @Override
    protected String identity(GenericRecord row) {
      return row.get(0) + "|" + row.get(1);
    }

    @Override
    protected List<String> written(List<CommittedFile> committed) throws Exception {
      return database.rows(
          database.product().equals("MariaDB") ? "SELECT * FROM dst" : "SELECT * FROM \"dst\"");
    }
  }

  @Nested
  class Insert extends Written {
    Insert() {
      super("insert");
    }
  }

  /** The modes that a product of its own dialect has as well. */
  abstract static class AllModes extends SqlSinkCases {
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
}
