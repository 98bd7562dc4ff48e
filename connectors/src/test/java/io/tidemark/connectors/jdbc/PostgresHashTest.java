package io.tidemark.connectors.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidemark.connectors.api.PlannedSlice;
import io.tidemark.connectors.api.RowFormat;
import io.tidemark.connectors.api.Source;
import io.tidemark.core.plan.PlanBuilder;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.FailureKind;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The source contract over hash buckets, and which row is in which. */
class PostgresHashTest {

  abstract static class Hashed extends PostgresSourceTest.Keyed {
    Hashed(String ddl, String values, String partition) {
      super(ddl, values, partition);
    }

    @Override
    protected String way() {
      return "hash";
    }
  }

  @Nested
  class OneColumnWithNullsAndDuplicates extends Hashed {
    OneColumnWithNullsAndDuplicates() {
      super(
          "k int, PRIMARY KEY (n)",
          "CASE WHEN i % 5 = 0 THEN NULL ELSE i % 40 END",
          "{\"columns\": [\"k\"], \"buckets\": 5}");
    }
  }

  @Nested
  class SeveralColumnsOfACompoundKey extends Hashed {
    SeveralColumnsOfACompoundKey() {
      super(
          "k text COLLATE \"en-US-x-icu\", j timestamptz, f float8, PRIMARY KEY (k, n)",
          "(ARRAY['x', 'Y', 'y', '''', '\\'])[1 + i % 5] || i, now() - i * interval '1 h', sin(i)",
          "{\"columns\": [\"f\", \"j\", \"k\"], \"buckets\": 3}");
    }
  }

  @Nested
  class KeysWithNull extends Hashed {
    KeysWithNull() {
      super(
          "k uuid UNIQUE",
          "CASE WHEN i % 50 <> 0 THEN md5(i::text)::uuid END",
          "{\"columns\": [\"k\"], \"buckets\": 4, \"key\": [\"k\"]}");
    }

    @Override
    protected int largestKeyGroup() {
      return 4;
    }
  }

  // Bucket 0 has some: the contract wants rows in the first slice.
  @Nested
  class MoreBucketsThanValues extends Hashed {
    MoreBucketsThanValues() {
      super("k int NOT NULL, PRIMARY KEY (n)", "i % 9", "{\"columns\": [\"k\"], \"buckets\": 27}");
    }
  }

  /** Rows must not move from bucket to bucket as servers, versions and releases come and go. */
  @Test
  void shouldPutEachRowIntoTheBucketOfItsTextsWhateverTheServer() throws Exception {
    try (TestDatabase database = new TestDatabase()) {
      database.run(
          "CREATE TABLE t (id int PRIMARY KEY, a text, b numeric)",
          "INSERT INTO t SELECT i, CASE WHEN i % 7 > 0 THEN 'it''s ' || i END, i / 4.0"
              + " FROM generate_series(1, 300) i");
      List<List<String>> found = new ArrayList<>();
      PlanBuilder plan = new PlanBuilder("b", 4, 0);
      try (Source source = source(database, "{\"columns\": [\"a\", \"b\"], \"buckets\": 8}")) {
        List<PlannedSlice> slices = new ArrayList<>();
        source.split(Optional.empty(), slices::add);
        for (PlannedSlice planned : slices) {
          plan.add(planned.slice(), planned.rowsEstimated());
          found.add(Copies.ids(source, planned.slice()));
        }
      }
      plan.take();
      plan.end();

      List<List<String>> expected = new ArrayList<>();
      for (int bucket = 0; bucket < 8; bucket++) {
        expected.add(new ArrayList<>());
      }
      for (String row :
          database.rows(
              "SELECT id, coalesce('''' || replace(a, '''', '''''') || '''', 'NULL') || ',''' ||"
                  + " b || '''' FROM t ORDER BY id")) {
        String[] fields = row.split("\\|", 2);
        expected.get(bucket(fields[1], 8)).add(fields[0]);
      }
      assertThat(found).isEqualTo(expected);
      assertThat(expected.stream().mapToInt(List::size)).allMatch(n -> n > 15);
      assertThat(plan.rows()).isEqualTo(8 * (300 / 8));
    }
  }

  private static int bucket(String texts, int buckets) throws Exception {
    byte[] md5 = MessageDigest.getInstance("MD5").digest(texts.getBytes(StandardCharsets.UTF_8));
    return (int) (Integer.toUnsignedLong(ByteBuffer.wrap(md5).getInt()) % buckets);
  }

  @Test
  void shouldExplainWhatCannotBeCut() throws Exception {
    try (TestDatabase database = new TestDatabase()) {
      database.run("CREATE TABLE t (a int, b int)");

      assertThat(explained(database, "{\"columns\": [\"a\"], \"buckets\": 4}"))
          .hasMessageContaining("it has no primary key; set partition.hash.key");
      database.run("CREATE INDEX ON t (b)");
      assertThat(explained(database, "{\"columns\": [\"c\"], \"buckets\": 4, \"key\": [\"b\"]}"))
          .hasMessageContaining("partition.hash.columns: it has no column 'c'");
      try (Source source =
          source(database, "{\"columns\": [\"a\"], \"buckets\": 4, \"key\": [\"b\"]}")) {
        assertThat(source.explain(RowFormat.RECORDS).stream().collect(Collectors.joining("\n")))
            .contains("md5(quote_nullable(\"public\".\"t\".\"a\"::text))", "% 4 = 0")
            .contains("every partition walks all of t_b_idx, 4 times in all");
      }
    }
  }

  private static TaskException explained(TestDatabase database, String partition) {
    TaskException e =
        catchThrowableOfType(
            TaskException.class,
            () -> {
              try (Source source = source(database, partition)) {
                source.explain(RowFormat.RECORDS);
              }
            });
    assertThat(e.kind()).isEqualTo(FailureKind.FATAL);
    return e;
  }

  private static Source source(TestDatabase database, String partition) throws Exception {
    return new JdbcConnector()
        .source(database.config("t"), new ObjectMapper().readTree("{\"hash\": " + partition + "}"));
  }
}
