package io.tidemark.connectors.iceberg;

import io.tidemark.connectors.columns.AvroNames;
import io.tidemark.connectors.columns.NearNames;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.parquet.io.api.RecordConsumer;

/**
 * How rows of a source become rows of a table: columns are matched by name, and those that the
 * source does not deliver are NULL.
 *
 * @param schema the table's
 * @param columns one for each column of the table, in its order
 */
record RowShape(org.apache.iceberg.Schema schema, List<Column> columns) {

  /**
   * @param path its name behind those that it lies in, for messages
   * @param at position in the source's rows; -1: not delivered
   * @param required whether NULL is refused
   * @param conversion null where it is not delivered
   */
  record Column(String name, String path, int at, boolean required, Conversion conversion) {}

  /** What came of matching: the shape, or what is in the way of it. */
  record Matched(RowShape shape, List<String> problems) {}

  /** Matches rows to a table; each problem names the column, and says what would do. */
  static Matched of(Schema rows, org.apache.iceberg.Schema table) {
    List<String> problems = new ArrayList<>();
    List<Column> columns = columns(rows, table.asStruct(), "", problems);
    return new Matched(new RowShape(table, columns), problems);
  }

  private static List<Column> columns(
      Schema record, Types.StructType struct, String path, List<String> problems) {
    Map<String, Schema.Field> delivered = new HashMap<>();
    record.getFields().forEach(f -> delivered.put(AvroNames.column(f), f));
    Set<String> known = new HashSet<>();
    List<Column> columns = new ArrayList<>();
    for (Types.NestedField field : struct.fields()) {
      known.add(field.name());
      Schema.Field from = delivered.get(field.name());
      String full = path + field.name();
      if (from == null) {
        notDelivered(field, full, problems);
        columns.add(new Column(field.name(), full, -1, field.isRequired(), null));
      } else {
        Conversion conversion = conversion(from.schema(), field.type(), full, problems);
        columns.add(new Column(field.name(), full, from.pos(), field.isRequired(), conversion));
      }
    }
    delivered.keySet().stream()
        .filter(name -> !known.contains(name))
        .sorted()
        .forEach(name -> problems.add(unknown(path + name, known)));
    return columns;
  }

  private static String unknown(String name, Collection<String> known) {
    return "the table has no column '"
        + name
        + "': add it, or leave it out of the source's columns"
        + NearNames.hint(name, known);
  }

  private static void notDelivered(Types.NestedField field, String path, List<String> problems) {
    if (field.isRequired()) {
      problems.add(
          "the table's column '"
              + path
              + "' is required, and the source does not deliver it; deliver it or make it optional");
    } else if (field.writeDefault() != null) {
      problems.add(
          "the table's column '"
              + path
              + "' has a default for writes, which is not filled in; deliver it or drop the"
              + " default");
    }
  }

  private static Conversion conversion(Schema from, Type to, String path, List<String> problems) {
    try {
      Schema present = LakeTypes.present(from);
      Conversion found =
          switch (to.typeId()) {
            case LIST -> list(present, (Types.ListType) to, path, problems);
            case MAP -> map(present, (Types.MapType) to, path, problems);
            case STRUCT -> struct(present, (Types.StructType) to, path, problems);
            default -> Conversions.of(present, to, path);
          };
      if (found == null) {
        problems.add(
            "column '"
                + path
                + "' is "
                + LakeTypes.of(from)
                + " at the source and "
                + to
                + " in the table, which it cannot become; cast it, or change the table");
      }
      return found;
    } catch (IllegalArgumentException e) {
      problems.add("column '" + path + "' " + e.getMessage());
      return null;
    }
  }

  private static Conversion list(
      Schema from, Types.ListType to, String path, List<String> problems) {
    if (from.getType() != Schema.Type.ARRAY) {
      return null;
    }
    String inner = path + ".element";
    Conversion element = conversion(from.getElementType(), to.elementType(), inner, problems);
    boolean required = to.isElementRequired();
    return nested(
        (out, v) -> {
          out.startGroup();
          Collection<?> values = (Collection<?>) v;
          if (!values.isEmpty()) {
            out.startField("list", 0);
            for (Object each : values) {
              out.startGroup();
              field(out, "element", 0, each, required, element, inner);
              out.endGroup();
            }
            out.endField("list", 0);
          }
          out.endGroup();
        },
        path);
  }

  private static Conversion map(Schema from, Types.MapType to, String path, List<String> problems) {
    if (from.getType() != Schema.Type.MAP || to.keyType().typeId() != Type.TypeID.STRING) {
      return null;
    }
    String inner = path + ".value";
    Conversion value = conversion(from.getValueType(), to.valueType(), inner, problems);
    Conversion key =
        Conversions.of(Schema.create(Schema.Type.STRING), Types.StringType.get(), path + ".key");
    boolean required = to.isValueRequired();
    return nested(
        (out, v) -> {
          out.startGroup();
          Map<?, ?> entries = (Map<?, ?>) v;
          if (!entries.isEmpty()) {
            out.startField("key_value", 0);
            entries.forEach(
                (k, each) -> {
                  out.startGroup();
                  field(out, "key", 0, k, true, key, path + ".key");
                  field(out, "value", 1, each, required, value, inner);
                  out.endGroup();
                });
            out.endField("key_value", 0);
          }
          out.endGroup();
        },
        path);
  }

  private static Conversion struct(
      Schema from, Types.StructType to, String path, List<String> problems) {
    if (from.getType() != Schema.Type.RECORD) {
      return null;
    }
    List<Column> columns = columns(from, to, path + ".", problems);
    return nested(
        (out, v) -> {
          out.startGroup();
          fields(out, columns, (GenericRecord) v);
          out.endGroup();
        },
        path);
  }

  private static Conversion nested(Conversion.Put put, String path) {
    return new Conversion(
        put,
        v -> {
          throw new IllegalStateException(path + " is nested, and partitions are not");
        });
  }

  /** Writes a row, or a record within one, field by field. */
  void write(RecordConsumer out, GenericRecord row) {
    fields(out, columns, row);
  }

  private static void fields(RecordConsumer out, List<Column> columns, GenericRecord row) {
    for (int i = 0; i < columns.size(); i++) {
      Column c = columns.get(i);
      Object value = c.at() < 0 ? null : row.get(c.at());
      field(out, c.name(), i, value, c.required(), c.conversion(), c.path());
    }
  }

  private static void field(
      RecordConsumer out,
      String name,
      int index,
      Object value,
      boolean required,
      Conversion conversion,
      String path) {
    if (value == null) {
      if (required) {
        throw new RefusedValueException(path, "is NULL, and the table's column is required");
      }
      return;
    }
    out.startField(name, index);
    conversion.put().put(out, value);
    out.endField(name, index);
  }
}
