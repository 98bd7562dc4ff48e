package io.tidemark.connectors.file;

import io.tidemark.connectors.parquet.ParquetCodecs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.parquet.avro.AvroParquetWriter;
import org.apache.parquet.column.ParquetProperties.WriterVersion;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Small files, so that most changes fall into footers, page headers and levels. */
class ParquetFuzzTest {

  private static final Schema ROW =
      SchemaBuilder.record("r")
          .fields()
          .requiredLong("id")
          .optionalString("s")
          .optionalDouble("d")
          .name("l")
          .type()
          .array()
          .items()
          .stringType()
          .noDefault()
          .endRecord();

  @TempDir Path dir;

  @Test
  void shouldReadOrRefuseByNameWhenAParquetFileIsDamaged() throws Exception {
    FileFuzz.run(
        "ParquetFuzzTest",
        1_000,
        // A page of a few bytes may be 256 MB of zeros: what ParquetCodecs reads at most.
        200_000,
        dir.resolve("fuzz.parquet"),
        corpus(),
        List.of(),
        List.of("'format': 'parquet'"));
  }

  private List<byte[]> corpus() throws Exception {
    List<byte[]> all = new ArrayList<>();
    for (CompressionCodecName codec :
        List.of(
            CompressionCodecName.UNCOMPRESSED,
            CompressionCodecName.SNAPPY,
            CompressionCodecName.ZSTD)) {
      for (WriterVersion version : WriterVersion.values()) {
        for (boolean checksums : new boolean[] {true, false}) {
          Path file = dir.resolve(codec + "-" + version + "-" + checksums);
          write(file, codec, version, checksums);
          all.add(Files.readAllBytes(file));
        }
      }
    }
    return all;
  }

  private static void write(
      Path file, CompressionCodecName codec, WriterVersion version, boolean checksums)
      throws Exception {
    try (ParquetWriter<GenericRecord> writer =
        AvroParquetWriter.<GenericRecord>builder(new LocalOutputFile(file))
            .withConf(new PlainParquetConfiguration())
            .withDataModel(GenericData.get())
            .withSchema(ROW)
            .withCodecFactory(new ParquetCodecs())
            .withCompressionCodec(codec)
            .withWriterVersion(version)
            .withPageWriteChecksumEnabled(checksums)
            .withRowGroupRowCountLimit(30)
            .build()) {
      for (int i = 0; i < 50; i++) {
        writer.write(
            new GenericRecordBuilder(ROW)
                .set("id", (long) i)
                .set("s", i % 3 == 0 ? null : "name " + i % 7)
                .set("d", i / 2.0)
                .set("l", List.of("a", "b" + i))
                .build());
      }
    }
  }
}
