package io.tidemark.connectors.kafka;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.connectors.api.SinkWriter;
import io.tidemark.core.lifecycle.Cursor;
import io.tidemark.core.lifecycle.Totals;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What the progress topic holds of a partition, in JSON: a number for the fence and each total, a
 * text for each part of the cursor. The key is the partition's id.
 *
 * @param fence the newest claim that opened the sink
 * @param worker the worker of that claim, for people
 * @param cursor where the next chunk starts
 * @param complete whether the last chunk is in
 */
record StoredProgress(long fence, String worker, Cursor cursor, Totals totals, boolean complete) {

  private static final JsonMapper JSON = new JsonMapper();

  /** Before the first claim. */
  static final StoredProgress NONE = new StoredProgress(-1, "", Cursor.START, Totals.ZERO, false);

  /** The progress that a chunk leaves. */
  StoredProgress at(Cursor next, Totals sum, boolean last) {
    return new StoredProgress(fence, worker, next, sum, last);
  }

  /** The same progress under another claim. */
  StoredProgress claimed(long newFence, String by) {
    return new StoredProgress(newFence, by, cursor, totals, complete);
  }

  SinkWriter.Progress told() {
    return new SinkWriter.Progress(cursor, totals, complete);
  }

  static byte[] key(String partition) {
    return partition.getBytes(StandardCharsets.UTF_8);
  }

  byte[] value() {
    ObjectNode node = JSON.createObjectNode();
    node.put("fence", fence).put("worker", worker);
    cursor.parts().forEach(node.putArray("cursor")::add);
    node.put("rows", totals.rows())
        .put("bytes", totals.bytes())
        .put("digest", totals.digestSum())
        .put("domain", totals.domain())
        .put("chunks", totals.chunks())
        .put("deadLetters", totals.deadLetters())
        .put("complete", complete);
    try {
      return JSON.writeValueAsBytes(node);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree is always JSON", e);
    }
  }

  /**
   * @throws IOException if the bytes are no such record
   */
  static StoredProgress of(byte[] value) throws IOException {
    JsonNode node = JSON.readTree(value);
    for (String field : List.of("fence", "rows", "bytes", "digest", "chunks", "deadLetters")) {
      if (!node.path(field).canConvertToExactIntegral()) {
        throw new IOException("no number '" + field + "'");
      }
    }
    if (!node.path("cursor").isArray() || !node.path("complete").isBoolean()) {
      throw new IOException("no 'cursor' or no 'complete'");
    }
    List<String> cursor = new ArrayList<>();
    node.path("cursor").forEach(c -> cursor.add(c.asText()));
    return new StoredProgress(
        node.get("fence").asLong(),
        node.path("worker").asText(),
        new Cursor(cursor),
        new Totals(
            node.get("rows").asLong(),
            node.get("bytes").asLong(),
            node.get("digest").asLong(),
            node.path("domain").asText(),
            node.get("chunks").asLong(),
            node.get("deadLetters").asLong()),
        node.get("complete").asBoolean());
  }
}
