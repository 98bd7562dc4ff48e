package io.tidemark.schemas.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.schemas.serde.MalformedRecordException;
import io.tidemark.schemas.serde.Samples;
import io.tidemark.schemas.serde.Samples.Sample;
import io.tidemark.testing.Fuzz;
import io.tidemark.testing.Mutator;
import io.tidemark.testing.SchemaRegistryServer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;

/** Damaged records in the registry's form, with and without a registry. */
class RecordSerdesFuzzTest {

  @Test
  void shouldReadOrRefuseWhenARecordIsDamaged() throws Exception {
    Map<String, String> settings =
        Map.of(RegistrySettings.URL, SchemaRegistryServer.shared().url());
    RecordSerdes with = RecordSerdes.of(settings);
    RegistryRecords anybody = RegistryRecords.of(settings);
    List<byte[]> corpus = new ArrayList<>();
    Map<String, List<RecordSerde<SpecificRecord>>> serdes = new LinkedHashMap<>();
    for (Sample sample : Samples.all()) {
      serdes.put(
          sample.name(),
          List.of(with.of(type(sample)), RecordSerdes.singleObject().of(type(sample))));
      corpus.add(
          serdes.get(sample.name()).getFirst().serialize("fuzz." + sample.name(), sample.value()));
    }
    Fuzz.run(
        "RecordSerdesFuzzTest",
        1_500,
        200,
        new Mutator(corpus, List.of()),
        input -> {
          boolean taken = generic(anybody, input);
          for (var serde : serdes.entrySet()) {
            for (RecordSerde<SpecificRecord> reader : serde.getValue()) {
              taken |= takes(reader, serde.getKey(), input);
            }
          }
          return taken;
        });
  }

  private static boolean generic(RegistryRecords records, byte[] input) {
    try {
      return records.read(input) != null;
    } catch (MalformedRecordException e) {
      assertThat(e).hasMessageNotContaining("null");
      return false;
    }
  }

  private static boolean takes(RecordSerde<SpecificRecord> serde, String name, byte[] input) {
    try {
      return serde.deserialize("t", input) != null;
    } catch (MalformedRecordException e) {
      assertThat(e).hasMessageContaining(name).hasMessageNotContaining("null");
    } catch (RegistryException e) {
      // Whole but for its id, or with nothing here that knows ids: it must not be passed over.
      assertThat(e).hasMessageContaining("topic t holds a " + name);
    }
    return false;
  }

  @SuppressWarnings("unchecked") // The sample's own class.
  private static Class<SpecificRecord> type(Sample sample) {
    return (Class<SpecificRecord>) sample.value().getClass();
  }
}
