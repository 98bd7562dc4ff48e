package io.tidemark.connectors.columns;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;

/** One JSON value in UTF-8, strictly: no name twice, nothing behind it. */
public final class JsonText {

  // Names of nested columns hold those of all that they lie in: depth costs its square.
  private static final int DEEPEST = 100;

  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(DEEPEST).build())
                  .build())
          .build();

  private JsonText() {}

  /**
   * What the decoder makes of the value in those bytes.
   *
   * @throws BadValueException if it is no JSON, more than one value, or none that the decoder takes
   */
  public static Object decode(byte[] bytes, int at, int length, JsonDecoder decoder)
      throws BadValueException {
    refuseOtherThanUtf8(bytes, at, length);
    try (JsonParser parser = MAPPER.getFactory().createParser(bytes, at, length)) {
      parser.nextToken();
      Object value = decoder.decode(parser, "");
      if (parser.nextToken() != null) {
        throw new BadValueException("more follows the object on its line");
      }
      return value;
    } catch (JsonProcessingException e) {
      throw new BadValueException("is no JSON: " + Shown.reason(e.getOriginalMessage()), e);
    } catch (IOException e) {
      throw new BadValueException("is no JSON: " + Shown.reason(e), e);
    }
  }

  /** The value as a tree. */
  public static JsonNode tree(byte[] bytes, int at, int length) throws BadValueException {
    return (JsonNode) decode(bytes, at, length, (parser, path) -> MAPPER.readTree(parser));
  }

  // The parser would take a byte order mark, or zero bytes, for a sign that this is in UTF-16 or
  // UTF-32, and it reads some bytes as text that are none.
  private static void refuseOtherThanUtf8(byte[] bytes, int at, int length)
      throws BadValueException {
    for (int i = 0; i < Math.min(length, 4); i++) {
      if (bytes[at + i] == 0 || (i == 0 && bytes[at] < 0)) {
        throw new BadValueException("is no JSON in UTF-8: it begins with other bytes");
      }
    }
    Utf8Text.check(bytes, at, length);
  }
}
