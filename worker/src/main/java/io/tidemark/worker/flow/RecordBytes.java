package io.tidemark.worker.flow;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.util.Utf8;

/**
 * A record's Avro binary, as {@link GenericDatumWriter} writes it, in a buffer that is used over
 * again. What a field's schema asks for is found out once, not for each value: rows are flat and of
 * plain types, and looking these up costs more than the bytes. Nested fields are left to Avro.
 */
final class RecordBytes extends OutputStream {

  private interface Field {
    void write(Object value) throws IOException;
  }

  private final Field[] fields;
  private byte[] bytes = new byte[1 << 10];
  private int length;

  RecordBytes(Schema schema) {
    fields = schema.getFields().stream().map(f -> field(f.schema())).toArray(Field[]::new);
  }

  byte[] array() {
    return bytes;
  }

  int length() {
    return length;
  }

  /** Encodes a record in place of the one before. */
  void encode(GenericRecord row) {
    length = 0;
    try {
      for (int i = 0; i < fields.length; i++) {
        fields[i].write(row.get(i));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("a buffer in memory failed", e);
    }
  }

  private Field field(Schema schema) {
    return switch (schema.getType()) {
      case UNION -> union(schema);
      case NULL -> v -> {};
      case BOOLEAN -> v -> write((Boolean) v ? 1 : 0);
      case INT, LONG -> v -> number(((Number) v).longValue());
      case FLOAT -> v -> littleEndian(Float.floatToRawIntBits((Float) v), Float.BYTES);
      case DOUBLE -> v -> littleEndian(Double.doubleToRawLongBits((Double) v), Double.BYTES);
      case STRING -> this::text;
      case BYTES -> v -> bytes((ByteBuffer) v);
      case FIXED, ENUM, ARRAY, MAP, RECORD -> nested(schema);
    };
  }

  private Field union(Schema union) {
    List<Schema> branches = union.getTypes();
    if (branches.size() != 2 || !union.isNullable()) {
      return nested(union);
    }
    int absent = branches.get(0).getType() == Schema.Type.NULL ? 0 : 1;
    Field present = field(branches.get(1 - absent));
    return v -> {
      number(v == null ? absent : 1 - absent);
      if (v != null) {
        present.write(v);
      }
    };
  }

  private Field nested(Schema schema) {
    GenericDatumWriter<Object> writer = new GenericDatumWriter<>(schema, GenericData.get());
    BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(this, null);
    return v -> writer.write(v, encoder);
  }

  private void text(Object value) {
    if (value instanceof Utf8 utf8) {
      number(utf8.getByteLength());
      write(utf8.getBytes(), 0, utf8.getByteLength());
    } else {
      byte[] utf8 = value.toString().getBytes(StandardCharsets.UTF_8);
      number(utf8.length);
      write(utf8, 0, utf8.length);
    }
  }

  private void bytes(ByteBuffer value) {
    int size = value.remaining();
    number(size);
    reserve(size);
    value.get(value.position(), bytes, length, size);
    length += size;
  }

  /** Zigzag, seven bits a byte, the lowest first. */
  private void number(long value) {
    reserve(10);
    long rest = (value << 1) ^ (value >> 63);
    while ((rest & ~0x7fL) != 0) {
      bytes[length++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[length++] = (byte) rest;
  }

  private void littleEndian(long bits, int size) {
    reserve(size);
    for (int i = 0; i < size; i++) {
      bytes[length++] = (byte) (bits >>> (8 * i));
    }
  }

  @Override
  public void write(int b) {
    reserve(1);
    bytes[length++] = (byte) b;
  }

  @Override
  public void write(byte[] more, int offset, int size) {
    reserve(size);
    System.arraycopy(more, offset, bytes, length, size);
    length += size;
  }

  private void reserve(int more) {
    if (length + more > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(length + more, bytes.length * 2));
    }
  }
}
