package io.tidemark.connectors.kafka;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.connectors.kafka.KafkaEndpoint.Side;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.FailureKind;
import io.tidemark.schemas.registry.RegistryRecords;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.kafka.common.config.ConfigException;

/**
 * What a spec says of Avro values.
 *
 * @param schema a record; of a source always there, of a sink empty: made of the columns
 * @param registry properties of the registry, for that form; may hold secrets
 */
record AvroSettings(AvroForm form, Optional<Schema> schema, Map<String, String> registry) {

  AvroSettings {
    registry = Map.copyOf(registry);
  }

  static AvroSettings of(JsonNode config, Side side) throws TaskException {
    boolean registry = config.has("registry");
    AvroForm form =
        Settings.oneOf(
            AvroForm.class,
            side,
            "encoding",
            Settings.optional(config, "encoding").orElse(registry ? "registry" : "single-object"));
    if (registry != (form == AvroForm.REGISTRY)) {
      throw TaskException.fatal(
          side.word
              + ".kafka: encoding registry and the settings under registry belong together; give"
              + " {schema.registry.url: ...} there, or leave both out");
    }
    Optional<Schema> schema = schema(config, side);
    if (schema.isEmpty() && side == Side.SOURCE) {
      throw TaskException.fatal(
          "source.kafka: avro needs the schema of the columns: give it as schema, or the file that"
              + " holds it as schemaFile");
    }
    return new AvroSettings(form, schema, Settings.map(config, "registry"));
  }

  /**
   * The registry, which is not asked yet; empty for another form.
   *
   * @param side whose it is, for messages
   */
  Optional<RegistryRecords> records(Side side) throws TaskException {
    if (form != AvroForm.REGISTRY) {
      return Optional.empty();
    }
    try {
      return Optional.of(RegistryRecords.of(registry));
    } catch (ConfigException e) {
      throw new TaskException(
          FailureKind.FATAL, "", side.word + ".kafka.registry: " + e.getMessage(), e);
    }
  }

  private static Optional<Schema> schema(JsonNode config, Side side) throws TaskException {
    Optional<String> file = Settings.optional(config, "schemaFile");
    if (config.has("schema") && file.isPresent()) {
      throw TaskException.fatal(side.word + ".kafka: give schema or schemaFile, not both");
    }
    if (config.has("schema")) {
      JsonNode given = config.get("schema");
      return Optional.of(
          parse(
              side.word + ".kafka.schema", given.isTextual() ? given.asText() : given.toString()));
    }
    if (file.isEmpty()) {
      return Optional.empty();
    }
    String where = side.word + ".kafka.schemaFile " + file.get();
    try {
      return Optional.of(parse(where, Files.readString(Path.of(file.get()))));
    } catch (IOException e) {
      throw new TaskException(
          FailureKind.LOCAL,
          "SCHEMA_FILE",
          where + ": cannot be read (" + e + "); it must be there on every host under this path",
          e);
    }
  }

  private static Schema parse(String where, String text) throws TaskException {
    Schema schema;
    try {
      schema = new Schema.Parser().parse(text);
    } catch (AvroRuntimeException e) {
      throw new TaskException(
          FailureKind.FATAL, "", where + ": is no Avro schema: " + e.getMessage(), e);
    }
    if (schema.getType() != Schema.Type.RECORD) {
      throw TaskException.fatal(
          where + ": is a " + schema.getType().getName() + "; columns are the fields of a record");
    }
    return schema;
  }
}
