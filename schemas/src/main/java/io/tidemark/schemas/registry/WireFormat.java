package io.tidemark.schemas.registry;

import java.nio.ByteBuffer;

/**
 * The header that Confluent's serializers put before a value's Avro binary form: {@code 00}, then
 * the schema's id in the registry, 4 bytes, big endian.
 */
final class WireFormat {

  /** Bytes before the Avro binary form. */
  static final int HEADER = 1 + Integer.BYTES;

  private static final byte MAGIC = 0;

  private WireFormat() {}

  /**
   * Whether a value is, or claims to be, in this form; of a value in another form it never says so.
   */
  static boolean claimedBy(byte[] value) {
    return value.length > 0 && value[0] == MAGIC;
  }

  /** Whether a value begins with a whole header. */
  static boolean headed(byte[] value) {
    return value.length >= HEADER && value[0] == MAGIC;
  }

  /** The header of a schema's id. */
  static byte[] header(int id) {
    return ByteBuffer.allocate(HEADER).put(MAGIC).putInt(id).array();
  }

  /** The schema's id in a value that is {@link #headed}. */
  static int id(byte[] value) {
    return ByteBuffer.wrap(value).getInt(1);
  }
}
