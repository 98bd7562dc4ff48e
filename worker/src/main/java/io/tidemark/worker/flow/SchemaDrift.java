package io.tidemark.worker.flow;

import io.tidemark.connectors.api.SourceShape;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.FailureKind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;

/** Whether a source still has the columns that it had when it was planned. */
final class SchemaDrift {

  static final String CODE = "SCHEMA_DRIFT";

  private SchemaDrift() {}

  /**
   * Refuses a source that has changed.
   *
   * @param planned Avro schema of the rows at plan time, JSON
   * @throws TaskException FATAL, with every column that differs
   */
  static void refuse(String planned, SourceShape now) throws TaskException {
    Schema then = new Schema.Parser().parse(planned);
    if (then.equals(now.schema())) {
      return;
    }
    throw new TaskException(
        FailureKind.FATAL,
        CODE,
        "source %s has changed since it was planned: %s; plan again under a new name"
            .formatted(now.name(), String.join(", ", differences(then, now.schema()))),
        null);
  }

  private static List<String> differences(Schema then, Schema now) {
    Map<String, Schema.Field> before = byName(then);
    Map<String, Schema.Field> after = byName(now);
    List<String> out = new ArrayList<>();
    before.forEach(
        (name, field) -> {
          Schema.Field other = after.get(name);
          if (other == null) {
            out.add("column " + name + " is gone");
          } else if (!other.equals(field)) {
            out.add("column " + name + " was " + told(field) + " and is " + told(other));
          }
        });
    after.keySet().stream()
        .filter(name -> !before.containsKey(name))
        .forEach(name -> out.add("column " + name + " is new"));
    return out.isEmpty() ? List.of("its name or something beside its columns") : out;
  }

  private static Map<String, Schema.Field> byName(Schema of) {
    Map<String, Schema.Field> fields = new LinkedHashMap<>();
    of.getFields().forEach(f -> fields.put(f.name(), f));
    return fields;
  }

  /** Type and place: both decide how a row travels. */
  private static String told(Schema.Field field) {
    String cast = field.getProp(SourceShape.CAST);
    return (cast == null ? "" : cast + ", cast to ")
        + field.schema()
        + " at place "
        + (field.pos() + 1);
  }
}
