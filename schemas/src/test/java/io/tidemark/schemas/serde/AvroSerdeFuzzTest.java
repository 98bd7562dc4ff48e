package io.tidemark.schemas.serde;

import io.tidemark.schemas.Fuzz;
import io.tidemark.schemas.serde.Samples.Sample;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;

class AvroSerdeFuzzTest {

  /** Any other exception, or a gigabyte allocated, fails the test. */
  @Test
  void shouldReadOrRefuseWhateverMutationGives() {
    RandomGenerator random = Fuzz.random("AvroSerdeFuzzTest");
    int refused = 0;
    int mutations = 0;
    for (Sample sample : Samples.all()) {
      AvroSerde<SpecificRecord> serde = serde(sample);
      byte[] bytes = serde.serialize("t", sample.value());
      for (int i = 0; i < 1_000; i++) {
        mutations++;
        try {
          serde.deserialize("t", mutate(bytes, random));
        } catch (MalformedRecordException e) {
          refused++;
        }
      }
    }
    System.out.printf("AvroSerdeFuzzTest: %d of %d refused%n", refused, mutations);
  }

  /** One to four changes behind the fingerprint (nearly all), or anywhere (some). */
  private static byte[] mutate(byte[] original, RandomGenerator random) {
    byte[] bytes = original.clone();
    int from = random.nextInt(10) == 0 ? 0 : 10;
    for (int n = random.nextInt(1, 5); n > 0; n--) {
      int at = random.nextInt(from, bytes.length);
      switch (random.nextInt(5)) {
        case 0 -> bytes[at] = (byte) random.nextInt();
        case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 2 -> Arrays.fill(bytes, at, Math.min(bytes.length, at + 9), (byte) 0xFF);
        case 3 -> bytes = Arrays.copyOf(bytes, Math.max(at, from + 1));
        default -> bytes = Arrays.copyOf(bytes, bytes.length + random.nextInt(1, 20));
      }
    }
    return bytes;
  }

  @SuppressWarnings("unchecked") // A sample's own class is what its serde is for.
  private static AvroSerde<SpecificRecord> serde(Sample sample) {
    return AvroSerde.of((Class<SpecificRecord>) sample.value().getClass());
  }
}
