package io.tidemark.schemas.serde;

import java.util.HashMap;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;

/**
 * Avro's binding of schemas to generated classes, limited to the classes that one record consists
 * of. Avro itself instantiates a class only if a process-wide setting trusts it; the set here is
 * closed and known beforehand, so nothing global has to be changed.
 */
final class OwnClasses extends SpecificData {

  private final Map<String, Class<?>> classes = new HashMap<>();

  /** The classes of that record and of all that is nested in it. */
  OwnClasses(Class<?> record) {
    super(record.getClassLoader());
    add(getSchema(record));
  }

  private void add(Schema schema) {
    switch (schema.getType()) {
      case RECORD -> {
        if (load(schema)) {
          schema.getFields().forEach(f -> add(f.schema()));
        }
      }
      case ENUM, FIXED -> load(schema);
      case UNION -> schema.getTypes().forEach(this::add);
      case ARRAY -> add(schema.getElementType());
      case MAP -> add(schema.getValueType());
      default -> {
        // Primitive types have no class of ours.
      }
    }
  }

  /** Whether it was not there yet. */
  private boolean load(Schema schema) {
    String name = schema.getFullName();
    try {
      return classes.put(name, Class.forName(name, false, getClassLoader())) == null;
    } catch (ClassNotFoundException e) {
      throw new IllegalArgumentException("no generated class " + name + " on the class path", e);
    }
  }

  @Override
  public Class<?> getClass(Schema schema) {
    return switch (schema.getType()) {
      case RECORD, ENUM, FIXED -> classes.get(schema.getFullName());
      default -> super.getClass(schema);
    };
  }
}
