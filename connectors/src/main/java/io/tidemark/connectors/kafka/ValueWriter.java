package io.tidemark.connectors.kafka;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.tidemark.connectors.columns.AvroNames;
import io.tidemark.connectors.columns.BadValueException;
import io.tidemark.connectors.columns.JsonEncoder;
import io.tidemark.connectors.columns.TextValues;
import io.tidemark.schemas.registry.RegistryRecords;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.util.List;
import java.util.Optional;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericFixed;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.message.BinaryMessageEncoder;

/** Makes a record's value, or its key, from columns of a row. Used by one thread at a time. */
interface ValueWriter {

  /**
   * The bytes; null: none, a tombstone.
   *
   * @param row the whole row
   * @throws BadValueException if a value has no form there
   */
  byte[] write(IndexedRecord row) throws BadValueException;

  /** Makes writers of columns. */
  interface OfFields {
    /**
     * @throws IllegalArgumentException if they cannot be written so; the message says why
     */
    ValueWriter of(List<Schema.Field> fields);
  }

  /** The type of a field without the null branch. */
  static Schema present(Schema.Field field) {
    Schema schema = field.schema();
    if (schema.isUnion()) {
      List<Schema> branches =
          schema.getTypes().stream().filter(s -> s.getType() != Schema.Type.NULL).toList();
      if (branches.size() == 1) {
        return branches.getFirst();
      }
    }
    return schema;
  }

  private static Schema.Field only(List<Schema.Field> fields) {
    if (fields.size() != 1) {
      throw new IllegalArgumentException(
          "takes one column, and there are "
              + fields.size()
              + " ("
              + String.join(", ", fields.stream().map(AvroNames::column).toList())
              + "); name the one, or write json");
    }
    return fields.getFirst();
  }

  /** The text of one column, which {@link TextValues} writes. */
  static ValueWriter text(List<Schema.Field> fields) {
    Schema.Field field = only(fields);
    TextValues.Printer printer;
    try {
      printer = TextValues.printer(field.schema());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "column '" + AvroNames.column(field) + "' " + e.getMessage(), e);
    }
    return of(field, v -> printer.print(v).getBytes(StandardCharsets.UTF_8));
  }

  /** The bytes of one column. */
  static ValueWriter bytes(List<Schema.Field> fields) {
    Schema.Field field = only(fields);
    return switch (present(field).getType()) {
      case BYTES -> of(field, v -> raw((ByteBuffer) v));
      case FIXED -> of(field, v -> ((GenericFixed) v).bytes());
      case STRING -> of(field, v -> v.toString().getBytes(StandardCharsets.UTF_8));
      default ->
          throw new IllegalArgumentException(
              "column '"
                  + AvroNames.column(field)
                  + "' ("
                  + field.schema()
                  + ") is neither bytes nor text; write it as string or json");
    };
  }

  /** Bytes as they are, everything else as text. */
  static ValueWriter plain(List<Schema.Field> fields) {
    Schema type = present(only(fields));
    return type.getType() == Schema.Type.BYTES && type.getLogicalType() == null
        ? bytes(fields)
        : text(fields);
  }

  private static byte[] raw(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }

  /** A whole number in so many bytes, big endian. */
  static ValueWriter number(List<Schema.Field> fields, int bytes) {
    Schema.Field field = only(fields);
    Schema type = present(field);
    boolean fits =
        type.getType() == Schema.Type.INT
            || (type.getType() == Schema.Type.LONG && bytes == Long.BYTES);
    if (!fits || type.getLogicalType() != null) {
      throw new IllegalArgumentException(
          "column '" + AvroNames.column(field) + "' (" + type + ") does not fit that number");
    }
    return of(
        field,
        v -> {
          ByteBuffer buffer = ByteBuffer.allocate(bytes);
          return (bytes == Integer.BYTES
                  ? buffer.putInt((Integer) v)
                  : buffer.putLong(((Number) v).longValue()))
              .array();
        });
  }

  /** Turns a value that is not null into bytes. */
  interface Single {
    /**
     * @throws ArithmeticException if it has no form there
     * @throws DateTimeException if it has no form there
     */
    byte[] of(Object value);
  }

  private static ValueWriter of(Schema.Field field, Single single) {
    return row -> {
      Object value = row.get(field.pos());
      try {
        return value == null ? null : single.of(value);
      } catch (ArithmeticException | DateTimeException e) {
        throw BadValueException.of(
            AvroNames.column(field), "cannot be written: " + e.getMessage(), e);
      }
    };
  }

  /** An object of columns. */
  static ValueWriter json(List<Schema.Field> fields) {
    refuseNone(fields);
    JsonEncoder encoder = JsonEncoder.record(fields);
    JsonFactory factory = new JsonFactory();
    return row -> {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
      try (JsonGenerator out = factory.createGenerator(bytes)) {
        encoder.write(out, row);
      } catch (ArithmeticException | DateTimeException e) {
        throw new BadValueException("cannot be written as JSON: " + e.getMessage(), e);
      } catch (IOException e) {
        throw new UncheckedIOException("a buffer in memory failed", e);
      }
      return bytes.toByteArray();
    };
  }

  private static void refuseNone(List<Schema.Field> fields) {
    if (fields.isEmpty()) {
      throw new IllegalArgumentException("there is no column to write; name some under columns");
    }
  }

  /**
   * An Avro record of columns.
   *
   * @param registry where the schema is, in the form of registries
   */
  static ValueWriter avro(
      AvroForm form, String topic, List<Schema.Field> fields, Optional<RegistryRecords> registry) {
    refuseNone(fields);
    Schema schema = schema(topic, fields);
    int[] positions = fields.stream().mapToInt(Schema.Field::pos).toArray();
    GenericData.Record value = new GenericData.Record(schema);
    Encoding encoding =
        switch (form) {
          case SINGLE_OBJECT -> {
            // A copy: the other way hands out a buffer that the next call overwrites.
            BinaryMessageEncoder<IndexedRecord> encoder =
                new BinaryMessageEncoder<>(GenericData.get(), schema, true);
            yield v -> raw(encoder.encode(v));
          }
          case BINARY -> {
            GenericDatumWriter<IndexedRecord> writer =
                new GenericDatumWriter<>(schema, GenericData.get());
            yield v -> binary(writer, v);
          }
          case REGISTRY -> v -> registry.orElseThrow().write(topic, false, schema, v);
        };
    return row -> {
      for (int i = 0; i < positions.length; i++) {
        value.put(i, row.get(positions[i]));
      }
      try {
        return encoding.encode(value);
      } catch (AvroRuntimeException e) {
        throw new BadValueException("cannot be written as Avro: " + e.getMessage(), e);
      } catch (IOException e) {
        throw new UncheckedIOException("a buffer in memory failed", e);
      }
    };
  }

  /** A value's bytes. */
  interface Encoding {
    byte[] encode(IndexedRecord value) throws IOException;
  }

  private static byte[] binary(GenericDatumWriter<IndexedRecord> writer, IndexedRecord value)
      throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(bytes, null);
    writer.write(value, encoder);
    encoder.flush();
    return bytes.toByteArray();
  }

  /** The schema of the values of a topic that is written from these columns. */
  static Schema schema(String topic, List<Schema.Field> fields) {
    return Schema.createRecord(
        AvroNames.of(List.of(topic)).getFirst(),
        null,
        "tidemark.topic",
        false,
        ValueReader.copies(fields));
  }
}
