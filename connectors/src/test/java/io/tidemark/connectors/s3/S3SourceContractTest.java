package io.tidemark.connectors.s3;

import io.tidemark.connectors.api.Source;
import io.tidemark.connectors.api.SourceContract;
import io.tidemark.connectors.file.Fixture;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;

/** The contract over objects of a real server, for each format. */
class S3SourceContractTest {

  private static final int ROWS = 300;
  private static final Schema SCHEMA =
      SchemaBuilder.record("row").fields().requiredInt("id").optionalString("note").endRecord();

  private static GenericRecord row(int i) {
    return new GenericRecordBuilder(SCHEMA)
        .set("id", i)
        .set("note", i % 3 == 0 ? null : "note, \"" + i + "\"\n")
        .build();
  }

  abstract static class OfFormat extends SourceContract {

    private final Bucket bucket = new Bucket();
    private boolean made;

    abstract String format();

    String types() {
      return "";
    }

    @AfterEach
    void close() {
      bucket.close();
    }

    @Override
    protected Source source() throws Exception {
      for (int file = 0; file < 2 && !made; file++) {
        List<GenericRecord> rows =
            IntStream.range(file * ROWS / 2, (file + 1) * ROWS / 2)
                .mapToObj(S3SourceContractTest::row)
                .toList();
        bucket.put(
            "lake/in/day=" + file + "/part." + format(), Fixture.bytes(format(), SCHEMA, rows, 40));
      }
      made = true;
      bucket.put("lake/in/_SUCCESS", "".getBytes(StandardCharsets.UTF_8));
      return bucket.source("lake/in", "'format': '" + format() + "'" + types(), 1_000);
    }

    @Override
    protected List<String> expected() {
      return IntStream.range(0, ROWS).mapToObj(i -> identity(row(i))).toList();
    }

    @Override
    protected String identity(GenericRecord row) {
      return row.get("id") + "|" + row.get("note");
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
