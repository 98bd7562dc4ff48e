package io.tidemark.connectors.kafka;

import io.tidemark.connectors.columns.BadValueException;
import io.tidemark.connectors.columns.Utf8Text;
import java.nio.ByteBuffer;
import org.apache.avro.Schema;

/** What a key's bytes are, beside being bytes. */
enum KeyFormat {
  STRING(Schema.Type.STRING),
  BYTES(Schema.Type.BYTES),
  /** 4 bytes, big endian, as Kafka's IntegerSerializer writes them. */
  INT(Schema.Type.INT),
  /** 8 bytes, big endian, as Kafka's LongSerializer writes them. */
  LONG(Schema.Type.LONG),
  /** An object of columns; only written. */
  JSON(Schema.Type.STRING);

  final Schema.Type type;

  KeyFormat(Schema.Type type) {
    this.type = type;
  }

  /**
   * The key as a value of its column.
   *
   * @param key not null
   */
  Object read(byte[] key) throws BadValueException {
    return switch (this) {
      case STRING -> Utf8Text.of(key, 0, key.length);
      case BYTES -> ByteBuffer.wrap(key);
      case INT -> sized(key, Integer.BYTES).getInt();
      case LONG -> sized(key, Long.BYTES).getLong();
      case JSON -> throw new IllegalStateException("keys are not read as JSON");
    };
  }

  private ByteBuffer sized(byte[] key, int bytes) throws BadValueException {
    if (key.length != bytes) {
      throw new BadValueException(
          "has a key of "
              + key.length
              + " bytes, and an "
              + Settings.word(this)
              + " has "
              + bytes
              + "; set keyFormat");
    }
    return ByteBuffer.wrap(key);
  }
}
