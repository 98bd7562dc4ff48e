package io.tidemark.core.digest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Digests are kept for ever and compared between versions: the hash must stay XXH3-64 with seed 0.
 * The numbers are xxHash's own sanity values for its test buffer.
 */
final class RowHashTest {

  private static final long PRIME32 = 2654435761L;
  private static final long PRIME64 = 0x9E3779B185EBCA8DL;

  /** The buffer of xxHash's sanity test. */
  private static byte[] sanity(int length) {
    byte[] buffer = new byte[length];
    long generator = PRIME32;
    for (int i = 0; i < length; i++) {
      buffer[i] = (byte) (generator >>> 56);
      generator *= PRIME64;
    }
    return buffer;
  }

  @ParameterizedTest
  @CsvSource({
    "0, 2D06800538D394C2",
    "1, C44BDFF4074EECDB",
    "6, 27B56A84CD2D7325",
    "12, A713DAF0DFBB77E7",
    "24, A3FE70BF9D3510EB",
    "48, 397DA259ECBA1F11",
    "80, BCDEFBBB2C47C90A",
    "195, CD94217EE362EC3A",
    "403, CDEB804D65C6DEA4",
    "512, 617E49599013CB6B",
    "2048, DD59E2C3A5F038E0",
    "2240, 6E73A90539CF2948",
    "2367, CB37AEB9E5D361ED",
  })
  void shouldBeXxh3WithSeedZero(int length, String hash) {
    byte[] buffer = sanity(length);

    assertThat(HexFormat.of().withUpperCase().toHexDigits(RowHash.of(buffer, 0, length)))
        .isEqualTo(hash);
  }

  @Test
  void shouldHashThePartThatItIsGiven() {
    byte[] buffer = sanity(100);

    assertThat(RowHash.of(buffer, 20, 50))
        .isEqualTo(RowHash.of(Arrays.copyOfRange(buffer, 20, 70), 0, 50));
  }
}
