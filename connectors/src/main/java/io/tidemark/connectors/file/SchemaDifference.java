package io.tidemark.connectors.file;

import io.tidemark.connectors.columns.AvroNames;
import io.tidemark.core.retry.TaskException;
import java.util.List;
import org.apache.avro.Schema;

/** Says in words how the columns of two files differ. */
final class SchemaDifference {

  private SchemaDifference() {}

  /** The schema of one file. */
  interface OfFile {
    Schema of(SourceFile file) throws TaskException;
  }

  /**
   * The schema that all files have.
   *
   * @throws TaskException FATAL, naming two files that differ
   */
  static Schema common(List<SourceFile> files, OfFile schema) throws TaskException {
    Schema first = schema.of(files.getFirst());
    for (SourceFile other : files.subList(1, files.size())) {
      refuse(files.getFirst().path(), first, other.path(), schema.of(other));
    }
    return first;
  }

  /**
   * @throws TaskException FATAL, naming both files and the first difference, if there is one
   */
  static void refuse(String first, Schema expected, String other, Schema found)
      throws TaskException {
    List<Schema.Field> a = expected.getFields();
    List<Schema.Field> b = found.getFields();
    for (int i = 0; i < Math.max(a.size(), b.size()); i++) {
      String left = i < a.size() ? describe(a.get(i)) : "is missing";
      String right = i < b.size() ? describe(b.get(i)) : "is missing";
      if (!left.equals(right)) {
        throw TaskException.fatal(
            "all files must have the same columns: column %d %s in %s, but %s in %s; read them in two backfills"
                .formatted(i + 1, left, first, right, other));
      }
    }
  }

  private static String describe(Schema.Field field) {
    return "is " + AvroNames.column(field) + " " + field.schema();
  }
}
