package io.tidemark.connectors.columns;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.avro.Schema;

/** Avro's names for columns of any name, and back. */
public final class AvroNames {

  /** Property of a field whose column's name is no Avro name: that name. */
  public static final String COLUMN = "tidemark.column";

  private AvroNames() {}

  /** Legal and distinct names, in order; a name that is legal stays as it is. */
  public static List<String> of(List<String> columns) {
    Set<String> taken = new HashSet<>();
    for (String c : columns) {
      if (isLegal(c)) {
        taken.add(c);
      }
    }
    List<String> names = new ArrayList<>();
    // Thousands of names may become the same one: each goes on where the last one ended.
    Map<String, Integer> next = new HashMap<>();
    for (String c : columns) {
      String name = c;
      if (!isLegal(c)) {
        String plain = legal(c);
        name = plain;
        int n = next.getOrDefault(plain, 2);
        for (; !taken.add(name); n++) {
          name = plain + "_" + n;
        }
        next.put(plain, n);
      }
      names.add(name);
    }
    return names;
  }

  /** A nullable field of that column. */
  public static Schema.Field nullable(String name, String column, Schema type) {
    Schema.Field field =
        new Schema.Field(
            name,
            Schema.createUnion(Schema.create(Schema.Type.NULL), type),
            null,
            Schema.Field.NULL_DEFAULT_VALUE);
    return marked(field, column);
  }

  /** Notes the column's name in the field, if it is another than the field's. */
  public static Schema.Field marked(Schema.Field field, String column) {
    if (!field.name().equals(column)) {
      field.addProp(COLUMN, column);
    }
    return field;
  }

  /** The column that a field stands for. */
  public static String column(Schema.Field field) {
    String column = field.getProp(COLUMN);
    return column == null ? field.name() : column;
  }

  private static boolean isLegal(String name) {
    return name.equals(legal(name));
  }

  private static String legal(String name) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
      boolean digit = c >= '0' && c <= '9';
      if (digit && i == 0) {
        out.append('_');
      }
      out.append(letter || digit ? c : '_');
    }
    return out.isEmpty() ? "_" : out.toString();
  }
}
