package io.tidemark.schemas.serde;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.tidemark.schemas.serde.Samples.Sample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The bytes of every version ever shipped: add only, never edit. */
class GoldenBytesTest {

  private static final Path GOLDEN =
      Path.of(System.getProperty("tidemark.root")).resolve("schemas/src/test/resources/golden");

  static List<Sample> samples() {
    return Samples.all();
  }

  @ParameterizedTest
  @MethodSource("samples")
  void shouldReadGoldenBytesOfEveryVersion(Sample sample) throws IOException {
    assertThat(serde(sample).deserialize("t", golden(sample))).isEqualTo(sample.value());
  }

  @ParameterizedTest
  @MethodSource("samples")
  void shouldWriteGoldenBytesOfTheNewestVersion(Sample sample) throws IOException {
    if (sample.version() == SchemaStore.shipped().versions(sample.name()).size()) {
      byte[] bytes = serde(sample).serialize("t", sample.value());

      assertThat(HexFormat.of().formatHex(bytes))
          .isEqualTo(HexFormat.of().formatHex(golden(sample)));
    }
  }

  @Test
  void shouldHaveSampleOfEveryVersion() {
    for (Schema record : SchemaStore.records()) {
      int versions = SchemaStore.shipped().versions(record.getName()).size();

      assertThat(samples().stream().filter(s -> s.name().equals(record.getName())))
          .as("samples of %s", record.getName())
          .hasSize(versions);
    }
  }

  @SuppressWarnings("unchecked") // A sample's own class is what its serde is for.
  private static AvroSerde<SpecificRecord> serde(Sample sample) {
    return AvroSerde.of((Class<SpecificRecord>) sample.value().getClass());
  }

  private static byte[] golden(Sample sample) throws IOException {
    Path file = GOLDEN.resolve(sample + ".hex");
    if (!Files.exists(file)) {
      if (Boolean.getBoolean("tidemark.history.write")) {
        byte[] bytes = serde(sample).serialize("t", sample.value());
        Files.writeString(file, HexFormat.of().formatHex(bytes) + "\n");
      }
      fail("no %s; -Dtidemark.history.write=true writes it: commit it and never edit it", file);
    }
    return HexFormat.of().parseHex(Files.readString(file).strip());
  }
}
