package io.tidemark.connectors.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.connectors.api.ChunkReader;
import io.tidemark.connectors.api.CollectedRows;
import io.tidemark.connectors.api.RowFormat;
import io.tidemark.connectors.api.Source;
import io.tidemark.connectors.file.Fixture;
import io.tidemark.core.chunking.ChunkSize;
import io.tidemark.core.lifecycle.Cursor;
import io.tidemark.core.lifecycle.Slice;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.FailureKind;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.services.s3.model.S3Exception;

class S3SourceTest {

  private Bucket bucket;

  @BeforeEach
  void open() {
    bucket = new Bucket();
  }

  @AfterEach
  void close() {
    bucket.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a.csv              | a.csv",
        "''                 | a.csv;b.CSV;x/a.csv;x/y/c.csv",
        "x                  | x/a.csv;x/y/c.csv",
        "x/                 | x/a.csv;x/y/c.csv",
        "*.csv              | a.csv",
        "**.csv             | a.csv;x/a.csv;x/y/c.csv",
        "x/**/c.csv         | x/y/c.csv",
        "?.{csv,CSV}        | a.csv;b.CSV",
        "odd[1].csv         | odd[1].csv",
        "_old/z.csv         | _old/z.csv"
      })
  void shouldFindObjectsInOrderWhenTheUrlIs(String key, String expected) throws Exception {
    for (String each :
        List.of("a.csv", "b.CSV", "x/a.csv", "x/d.txt", "x/y/c.csv", "_old/z.csv", "x/.h.csv")) {
      bucket.put(each, "a\n" + each + "\n");
    }
    bucket.put("x/", "");
    if (key.startsWith("odd")) {
      bucket.put("odd[1].csv", "a\nodd[1].csv\n");
    }
    try (Source source = bucket.source(key, "'format': 'csv'", 1 << 20)) {
      assertThat(Fixture.read(source))
          .extracting(r -> r.get("a").toString())
          .containsExactly(expected.split(";"));
    }
  }

  @Test
  void shouldSayWhatItLookedForWhenNothingMatches() throws Exception {
    bucket.put("x/d.txt", "");
    for (String key : List.of("x", "x/*.csv", "nothing.csv")) {
      try (Source source = bucket.source(key, "'format': 'csv'", 1 << 20)) {
        assertThatThrownBy(source::shape)
            .hasMessageContaining("no csv object matches '" + bucket.url(key) + "'")
            .extracting(e -> ((TaskException) e).kind())
            .isEqualTo(FailureKind.FATAL);
      }
    }
    try (Source source = bucket.source("a[/x", "'format': 'csv'", 1 << 20)) {
      assertThatThrownBy(source::shape).hasMessageContaining("'[' is not closed");
    }
  }

  @Test
  void shouldRefuseASliceWhenItsObjectIsAnotherVersion() throws Exception {
    bucket.put("a.csv", "a\n1\n");
    try (Source source = bucket.source("a.csv", "'format': 'csv'", 1 << 20)) {
      Slice slice = Fixture.slices(source).getFirst().slice();
      ChunkReader reader = source.open(slice, RowFormat.RECORDS);

      // As long as before, and written within the second.
      bucket.put("a.csv", "a\n2\n");
      assertThatThrownBy(
              () ->
                  reader.read(
                      Cursor.START,
                      new ChunkSize(10, 1_000),
                      new CollectedRows(GenericRecord::toString)))
          .hasMessageContaining(bucket.url("a.csv") + " has changed since it was planned");
      reader.close();
      assertThatThrownBy(() -> source.open(slice, RowFormat.RECORDS))
          .hasMessageContaining("plan again under a new name");
      assertThatThrownBy(() -> source.split(Optional.of(slice), s -> {}))
          .hasMessageContaining("has changed");

      bucket.client().deleteObject(b -> b.bucket(bucket.name()).key("a.csv"));
      assertThatThrownBy(() -> source.open(slice, RowFormat.RECORDS))
          .hasMessageContaining(bucket.url("a.csv") + " is not there");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"csv", "jsonl", "parquet", "avro"})
  void shouldReadEveryRowWhenObjectsAreLargerThanWhatIsReadAhead(String format) throws Exception {
    Schema schema =
        SchemaBuilder.record("row").fields().requiredInt("id").requiredString("text").endRecord();
    List<GenericRecord> rows =
        IntStream.range(0, 1_500)
            .mapToObj(
                i ->
                    (GenericRecord)
                        new GenericRecordBuilder(schema)
                            .set("id", i)
                            .set("text", text(new Random(i)))
                            .build())
            .toList();
    // Row groups of some 10 MB, each more than one range.
    bucket.put("large", Fixture.bytes(format, schema, rows, 500));
    assertThat(bucket.objects().get("large")).isGreaterThan(4 * S3Bytes.RANGE);
    try (Source source = bucket.source("large", "'format': '" + format + "'", 6 << 20)) {
      List<GenericRecord> read = Fixture.read(source);
      assertThat(read).hasSameSizeAs(rows);
      for (int i = 0; i < rows.size(); i++) {
        assertThat(read.get(i).get("id").toString()).isEqualTo(rows.get(i).get("id").toString());
        assertThat(read.get(i).get("text").toString()).isEqualTo(rows.get(i).get("text"));
      }
    }
  }

  private static String text(Random random) {
    return random
        .ints(20_000, 'a', 'z' + 1)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  @ParameterizedTest
  @CsvSource({
    "503, SlowDown, OVERLOAD",
    "503, '', OVERLOAD",
    "429, TooManyRequests, OVERLOAD",
    "500, InternalError, TRANSIENT",
    "502, '', TRANSIENT",
    "400, RequestTimeout, TRANSIENT",
    "409, OperationAborted, TRANSIENT",
    "403, AccessDenied, FATAL",
    "403, '', FATAL",
    "404, NoSuchBucket, FATAL",
    "404, NoSuchKey, FATAL",
    "301, PermanentRedirect, FATAL",
    "400, ExpiredToken, LOCAL",
    "403, InvalidAccessKeyId, LOCAL",
    "403, SignatureDoesNotMatch, LOCAL",
    "403, RequestTimeTooSkewed, LOCAL",
    "501, NotImplemented, FATAL",
    "400, InvalidArgument, FATAL"
  })
  void shouldClassifyWhatAStoreAnswers(int status, String code, FailureKind kind) {
    AwsErrorDetails details =
        AwsErrorDetails.builder()
            .errorCode(code.isEmpty() ? null : code)
            .errorMessage("no")
            .build();
    TaskException e =
        S3Errors.of(
            "cannot read s3://lake/a.csv",
            (S3Exception)
                S3Exception.builder().statusCode(status).awsErrorDetails(details).build());
    assertThat(e.kind()).isEqualTo(kind);
    assertThat(e).hasMessageStartingWith("cannot read s3://lake/a.csv: ");
  }
}
