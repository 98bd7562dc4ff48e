package io.tidemark.connectors.kafka;

import com.fasterxml.jackson.core.JsonParser;
import io.tidemark.connectors.columns.AvroNames;
import io.tidemark.connectors.columns.BadValueException;
import io.tidemark.connectors.columns.ColumnType;
import io.tidemark.connectors.columns.JsonDecoder;
import io.tidemark.connectors.columns.JsonText;
import io.tidemark.connectors.columns.Utf8Text;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.IndexedRecord;

/** Makes the first columns of a row from a record's value. Used by one thread at a time. */
interface ValueReader {

  /** Name of the row's record, and of what it holds. */
  String NAMESPACE = "tidemark.kafka";

  /** The columns, in order. */
  List<Schema.Field> fields();

  /**
   * Puts the columns into the first fields of a row.
   *
   * @param value not null
   * @throws BadValueException if it is not of the format
   */
  void read(byte[] value, GenericData.Record row) throws BadValueException;

  /** One column of the bytes as they are. */
  static ValueReader bytes(String column) {
    return plain(column, Schema.Type.BYTES, ByteBuffer::wrap);
  }

  /** One column of text in UTF-8. */
  static ValueReader string(String column) {
    return plain(column, Schema.Type.STRING, v -> Utf8Text.of(v, 0, v.length));
  }

  /** Objects in JSON, of columns of declared types. */
  static ValueReader json(Map<String, ColumnType> types) {
    List<String> columns = List.copyOf(types.keySet());
    List<String> names = AvroNames.of(columns);
    List<Schema.Field> fields = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      fields.add(
          AvroNames.nullable(names.get(i), columns.get(i), types.get(columns.get(i)).schema()));
    }
    Schema schema = Schema.createRecord("value", null, NAMESPACE, false, fields);
    JsonDecoder decoder =
        JsonDecoder.record(schema, types.values().stream().map(JsonDecoder::declared).toList());
    return of(copies(fields), v -> object(decoder, v));
  }

  private static IndexedRecord object(JsonDecoder decoder, byte[] value) throws BadValueException {
    return (IndexedRecord)
        JsonText.decode(value, 0, value.length, (JsonParser p, String at) -> decoder.decode(p, at));
  }

  /** A value as a record with these fields. */
  interface Decoding {
    IndexedRecord decode(byte[] value) throws BadValueException;
  }

  /** Columns of the records that a decoding makes. */
  static ValueReader of(List<Schema.Field> fields, Decoding decoding) {
    return new ValueReader() {
      @Override
      public List<Schema.Field> fields() {
        return fields;
      }

      @Override
      public void read(byte[] value, GenericData.Record row) throws BadValueException {
        IndexedRecord decoded = decoding.decode(value);
        for (int i = 0; i < fields.size(); i++) {
          row.put(i, decoded.get(i));
        }
      }
    };
  }

  /** Fields that another record may have. */
  static List<Schema.Field> copies(List<Schema.Field> fields) {
    return fields.stream().map(f -> new Schema.Field(f, f.schema())).toList();
  }

  /** What a value is, when it is one column. */
  interface Single {
    Object of(byte[] value) throws BadValueException;
  }

  private static ValueReader plain(String column, Schema.Type type, Single single) {
    String name = AvroNames.of(List.of(column)).getFirst();
    List<Schema.Field> fields =
        List.of(AvroNames.marked(new Schema.Field(name, Schema.create(type)), column));
    return new ValueReader() {
      @Override
      public List<Schema.Field> fields() {
        return fields;
      }

      @Override
      public void read(byte[] value, GenericData.Record row) throws BadValueException {
        row.put(0, single.of(value));
      }
    };
  }
}
