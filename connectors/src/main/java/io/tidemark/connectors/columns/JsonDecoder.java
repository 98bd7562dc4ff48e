package io.tidemark.connectors.columns;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;

/** Decodes the JSON value that a parser stands on into what a GenericRecord holds. */
public interface JsonDecoder {

  /** Rows that columns are inferred from where none are declared. */
  int SAMPLE = 1_000;

  /**
   * @param path the value's name, for messages; empty for the row itself
   * @throws BadValueException if it does not fit
   */
  Object decode(JsonParser parser, String path) throws IOException, BadValueException;

  /** Of values of a declared type. */
  static JsonDecoder declared(ColumnType type) {
    Schema.Type kind = type.schema().getType();
    boolean number =
        switch (kind) {
          case INT, LONG, FLOAT, DOUBLE -> type.schema().getLogicalType() == null;
          default -> false;
        };
    boolean decimal = type.name().startsWith("decimal");
    return (parser, path) -> {
      JsonToken token = parser.currentToken();
      boolean fits =
          switch (token) {
            case VALUE_NULL -> true;
            case VALUE_TRUE, VALUE_FALSE -> kind == Schema.Type.BOOLEAN;
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number || decimal;
            case VALUE_STRING ->
                number ? isNoNumber(kind, parser.getText()) : kind != Schema.Type.BOOLEAN;
            default -> false;
          };
      if (!fits) {
        throw BadValueException.of(path, "holds " + words(token) + ", which is no " + type.name());
      }
      return token == JsonToken.VALUE_NULL ? null : type.read(path, text(parser, path));
    };
  }

  // JSON has no numbers for these.
  private static boolean isNoNumber(Schema.Type kind, String text) {
    return (kind == Schema.Type.FLOAT || kind == Schema.Type.DOUBLE)
        && List.of("NaN", "Infinity", "-Infinity").contains(text);
  }

  /** Of values of an inferred union. */
  static JsonDecoder inferred(Schema union) {
    Map<Schema.Type, JsonDecoder> branches = new HashMap<>();
    for (Schema branch : union.getTypes()) {
      switch (branch.getType()) {
        case ARRAY -> branches.put(Schema.Type.ARRAY, array(branch));
        case RECORD -> branches.put(Schema.Type.RECORD, inferredRecord(branch));
        default -> branches.put(branch.getType(), (p, path) -> scalar(p, path, branch.getType()));
      }
    }
    return (parser, path) -> {
      JsonToken token = parser.currentToken();
      JsonDecoder decoder =
          switch (token) {
            case VALUE_NULL -> (p, at) -> null;
            case VALUE_TRUE, VALUE_FALSE -> branches.get(Schema.Type.BOOLEAN);
            case VALUE_NUMBER_INT ->
                branches.getOrDefault(Schema.Type.LONG, branches.get(Schema.Type.DOUBLE));
            case VALUE_NUMBER_FLOAT -> branches.get(Schema.Type.DOUBLE);
            case VALUE_STRING -> branches.get(Schema.Type.STRING);
            case START_ARRAY -> branches.get(Schema.Type.ARRAY);
            case START_OBJECT -> branches.get(Schema.Type.RECORD);
            default -> null;
          };
      if (decoder == null) {
        throw BadValueException.of(
            path,
            "holds %s, and the first %d rows held none there; declare the columns with schema"
                .formatted(words(token), SAMPLE));
      }
      return decoder.decode(parser, path);
    };
  }

  /** Of objects of an inferred record. */
  static JsonDecoder inferredRecord(Schema schema) {
    return record(schema, schema.getFields().stream().map(f -> inferred(f.schema())).toList());
  }

  /** Of objects with these fields; a missing one is null, an unknown one an error. */
  static JsonDecoder record(Schema schema, List<JsonDecoder> decoders) {
    Map<String, Integer> positions = new HashMap<>();
    for (Schema.Field f : schema.getFields()) {
      positions.put(AvroNames.column(f), f.pos());
    }
    return (parser, path) -> {
      if (parser.currentToken() != JsonToken.START_OBJECT) {
        throw new BadValueException("is " + words(parser.currentToken()) + " and no object");
      }
      GenericData.Record row = new GenericData.Record(schema);
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String name = parser.currentName();
        String full = path.isEmpty() ? name : path + "." + name;
        Integer position = positions.get(name);
        if (position == null) {
          throw BadValueException.of(
              full,
              "is unknown; there are: "
                  + Shown.names(schema.getFields().stream().map(AvroNames::column).toList())
                  + "; declare all columns with schema");
        }
        parser.nextToken();
        row.put(position, decoders.get(position).decode(parser, full));
      }
      return row;
    };
  }

  private static JsonDecoder array(Schema schema) {
    JsonDecoder item = inferred(schema.getElementType());
    return (parser, path) -> {
      List<Object> items = new ArrayList<>();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        items.add(item.decode(parser, path + "[]"));
      }
      return new GenericData.Array<>(schema, items);
    };
  }

  private static Object scalar(JsonParser parser, String path, Schema.Type type)
      throws IOException, BadValueException {
    return switch (type) {
      case BOOLEAN -> parser.getBooleanValue();
      case STRING -> text(parser, path);
      case LONG -> ColumnType.of("long").read(path, parser.getText());
      case DOUBLE -> real(parser, path);
      default -> throw new IllegalArgumentException("never inferred: " + type);
    };
  }

  /**
   * An escape such as {@code \\ud800} can give half a character, that would be stored as another.
   */
  private static String text(JsonParser parser, String path) throws IOException, BadValueException {
    String text = parser.getText();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isSurrogate(c)) {
        boolean pair = i + 1 < text.length() && Character.isSurrogatePair(c, text.charAt(i + 1));
        if (!pair) {
          throw BadValueException.of(
              path, "holds half of a surrogate pair (\\u%04x)".formatted((int) c));
        }
        i++;
      }
    }
    return text;
  }

  private static double real(JsonParser parser, String path) throws IOException, BadValueException {
    double value = parser.getDoubleValue();
    boolean exact =
        parser.currentToken() != JsonToken.VALUE_NUMBER_INT
            || parser.getDecimalValue().compareTo(new BigDecimal(value)) == 0;
    if (!exact || Double.isInfinite(value)) {
      throw BadValueException.of(
          path,
          "holds "
              + Shown.text(parser.getText())
              + ", which no double holds; declare a decimal with schema");
    }
    return value;
  }

  private static String words(JsonToken token) {
    return switch (token) {
      case null -> "nothing";
      case VALUE_NULL -> "null";
      case VALUE_TRUE, VALUE_FALSE -> "a boolean";
      case VALUE_NUMBER_INT -> "a whole number";
      case VALUE_NUMBER_FLOAT -> "a number with a fraction";
      case VALUE_STRING -> "a text";
      case START_ARRAY -> "an array";
      case START_OBJECT -> "an object";
      default -> "nothing";
    };
  }
}
