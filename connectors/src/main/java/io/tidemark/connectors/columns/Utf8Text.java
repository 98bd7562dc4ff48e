package io.tidemark.connectors.columns;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Bytes that are to be text; not being UTF-8 is an error, not a question mark. */
public final class Utf8Text {

  private Utf8Text() {}

  /**
   * Those bytes as text.
   *
   * @throws BadValueException if they are not UTF-8
   */
  public static String of(byte[] bytes, int at, int length) throws BadValueException {
    String text = new String(bytes, at, length, StandardCharsets.UTF_8);
    if (text.indexOf('\uFFFD') >= 0) {
      decode(bytes, at, length);
    }
    return text;
  }

  /**
   * Refuses bytes that are no text.
   *
   * @throws BadValueException if they are not UTF-8
   */
  public static void check(byte[] bytes, int at, int length) throws BadValueException {
    int all = 0;
    for (int i = at; i < at + length; i++) {
      all |= bytes[i];
    }
    // Bytes of ASCII need no decoding.
    if (all < 0) {
      decode(bytes, at, length);
    }
  }

  private static void decode(byte[] bytes, int at, int length) throws BadValueException {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, at, length));
    } catch (CharacterCodingException e) {
      throw new BadValueException("is not UTF-8 text", e);
    }
  }
}
