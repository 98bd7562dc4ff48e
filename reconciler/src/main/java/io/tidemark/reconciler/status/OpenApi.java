package io.tidemark.reconciler.status;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import io.tidemark.schemas.avro.Alert;
import io.tidemark.schemas.avro.Decision;
import io.tidemark.schemas.avro.Directive;
import io.tidemark.schemas.avro.LedgerEntry;
import io.tidemark.schemas.avro.Progress;
import io.tidemark.schemas.avro.WorkerHeartbeat;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Set;
import org.apache.avro.Schema;

/**
 * {@code GET /openapi.json}: what is written by hand in the resource of that name, and the records
 * as the Avro schemas have them today: a schema with {@code x-avro} stands for the record of that
 * name, and what it says itself goes before.
 */
final class OpenApi {

  private static final String RESOURCE = "openapi.json";
  private static final String AVRO = "x-avro";

  private static final Map<String, Schema> RECORDS =
      Map.of(
          "Progress", Progress.getClassSchema(),
          "Directive", Directive.getClassSchema(),
          "WorkerHeartbeat", WorkerHeartbeat.getClassSchema(),
          "Alert", Alert.getClassSchema(),
          "Decision", Decision.getClassSchema(),
          "LedgerEntry", LedgerEntry.getClassSchema());

  private final JsonNode document = read();

  private static JsonNode read() {
    try (InputStream in = OpenApi.class.getResourceAsStream(RESOURCE)) {
      JsonNode document = new ObjectMapper().readTree(in);
      document.at("/components/schemas").forEach(OpenApi::complete);
      return document;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + RESOURCE, e);
    }
  }

  private static void complete(JsonNode schema) {
    if (!schema.has(AVRO)) {
      return;
    }
    ObjectNode own = (ObjectNode) schema;
    ObjectNode shape = AvroShapes.of(RECORDS.get(own.remove(AVRO).asText()));
    JsonNode properties = own.path("properties");
    properties
        .fieldNames()
        .forEachRemaining(
            name -> {
              if (!shape.get("properties").has(name)) {
                shape.withArray("/required").add(name);
              }
            });
    shape.withObject("/properties").setAll(own.withObject("/properties"));
    own.setAll(shape);
  }

  void answer(Context ctx) {
    BackfillApi.only(ctx, Set.of());
    BackfillApi.answer(ctx, document);
  }

  JsonNode document() {
    return document;
  }
}
