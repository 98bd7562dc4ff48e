package io.tidemark.schemas.serde;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.testing.Fuzz;
import io.tidemark.testing.Mutator;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;

/** The corpus is the golden bytes: every version of every record ever shipped. */
class AvroSerdeFuzzTest {

  private static final Path GOLDEN =
      Path.of(System.getProperty("tidemark.root")).resolve("schemas/src/test/resources/golden");

  /**
   * What is read can be written and read once more; what is not is refused by the record's name.
   */
  @Test
  void shouldReadOrRefuseByNameWhenARecordIsDamaged() throws Exception {
    // One for each record, whatever the number of its versions: what they allocate adds up.
    Map<String, AvroSerde<SpecificRecord>> serdes = new LinkedHashMap<>();
    Samples.all().forEach(s -> serdes.put(s.name(), serde(s.value())));
    Fuzz.run(
        "AvroSerdeFuzzTest",
        4_000,
        200,
        new Mutator(corpus(), List.of()),
        input -> {
          boolean taken = false;
          for (var serde : serdes.entrySet()) {
            taken |= takes(serde.getValue(), serde.getKey(), input);
          }
          return taken;
        });
  }

  private static boolean takes(AvroSerde<SpecificRecord> serde, String name, byte[] input) {
    SpecificRecord record;
    try {
      record = serde.deserialize("t", input);
    } catch (MalformedRecordException e) {
      assertThat(e).hasMessageContaining(name).hasMessageNotContainingAny("null");
      return false;
    }
    byte[] again = serde.serialize("t", record);
    assertThat(serde.serialize("t", serde.deserialize("t", again))).isEqualTo(again);
    return true;
  }

  private static List<byte[]> corpus() throws Exception {
    List<byte[]> all = new ArrayList<>();
    try (Stream<Path> files = Files.list(GOLDEN)) {
      for (Path hex : files.sorted().toList()) {
        all.add(HexFormat.of().parseHex(Files.readString(hex).strip()));
      }
    }
    return all;
  }

  @SuppressWarnings("unchecked") // A sample's own class is what its serde is for.
  private static AvroSerde<SpecificRecord> serde(SpecificRecord sample) {
    return AvroSerde.of((Class<SpecificRecord>) sample.getClass());
  }
}
