package io.tidemark.connectors.kafka;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.connectors.columns.BadValueException;
import io.tidemark.connectors.columns.JsonText;
import io.tidemark.connectors.columns.Utf8Text;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;

/**
 * A record's headers as one text and back, exactly: JSON such as {@code [{"key": "a", "value":
 * "text"}, {"key": "b", "base64": "/w=="}, {"key": "c", "value": null}]}. Values that are no UTF-8
 * are in Base64. No headers are no text.
 */
final class Headers {

  private static final JsonFactory JSON = new JsonFactory();

  private Headers() {}

  /** The text; null if there are none. */
  static String text(Iterable<Header> headers) {
    if (!headers.iterator().hasNext()) {
      return null;
    }
    StringWriter text = new StringWriter();
    try (JsonGenerator out = JSON.createGenerator(text)) {
      out.writeStartArray();
      for (Header header : headers) {
        out.writeStartObject();
        out.writeStringField("key", header.key());
        value(out, header.value());
        out.writeEndObject();
      }
      out.writeEndArray();
    } catch (IOException e) {
      throw new UncheckedIOException("a buffer in memory failed", e);
    }
    return text.toString();
  }

  private static void value(JsonGenerator out, byte[] value) throws IOException {
    if (value == null) {
      out.writeNullField("value");
      return;
    }
    try {
      out.writeStringField("value", Utf8Text.of(value, 0, value.length));
    } catch (BadValueException binary) {
      out.writeStringField("base64", Base64.getEncoder().encodeToString(value));
    }
  }

  /**
   * The headers that a text tells of.
   *
   * @param text null: none
   * @throws BadValueException if it is no such text
   */
  static List<Header> of(CharSequence text) throws BadValueException {
    if (text == null) {
      return List.of();
    }
    byte[] utf8 = text.toString().getBytes(StandardCharsets.UTF_8);
    JsonNode all = JsonText.tree(utf8, 0, utf8.length);
    List<Header> headers = new ArrayList<>();
    if (!all.isArray()) {
      throw bad();
    }
    for (JsonNode each : all) {
      JsonNode value = each.path("value");
      JsonNode base64 = each.path("base64");
      if (!each.path("key").isTextual() || value.isMissingNode() == base64.isMissingNode()) {
        throw bad();
      }
      headers.add(new RecordHeader(each.get("key").asText(), bytes(value, base64)));
    }
    return headers;
  }

  private static byte[] bytes(JsonNode value, JsonNode base64) throws BadValueException {
    if (value.isNull()) {
      return null;
    }
    if (value.isTextual()) {
      return value.asText().getBytes(StandardCharsets.UTF_8);
    }
    try {
      return Base64.getDecoder().decode(base64.asText());
    } catch (IllegalArgumentException e) {
      throw new BadValueException("holds headers whose base64 is none", e);
    }
  }

  private static BadValueException bad() {
    return new BadValueException(
        "holds no headers; they are JSON such as [{\"key\": \"a\", \"value\": \"text\"}]");
  }
}
