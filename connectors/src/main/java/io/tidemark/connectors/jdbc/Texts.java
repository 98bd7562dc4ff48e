package io.tidemark.connectors.jdbc;

import java.nio.charset.StandardCharsets;
import org.apache.avro.util.Utf8;

/** Texts as PostgreSQL is sent them. */
final class Texts {

  private Texts() {}

  /**
   * A text in UTF-8.
   *
   * @throws IllegalArgumentException if it has half a surrogate pair
   */
  static Utf8 utf8(Object value) {
    if (value instanceof Utf8 utf8) {
      return utf8;
    }
    String text = value.toString();
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    // What has no bytes becomes a question mark: only then is it worth to look.
    for (byte b : bytes) {
      if (b == '?') {
        refuseHalves(text);
        break;
      }
    }
    return new Utf8(bytes);
  }

  private static void refuseHalves(String text) {
    if (text.codePoints()
        .anyMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE)) {
      throw new IllegalArgumentException("half a surrogate pair, which is no character");
    }
  }
}
