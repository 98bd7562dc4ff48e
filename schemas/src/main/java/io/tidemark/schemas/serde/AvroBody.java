package io.tidemark.schemas.serde;

import java.io.IOException;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.io.DatumReader;

/** Reads Avro's binary form out of an array, and trusts no byte of it. */
public final class AvroBody {

  private AvroBody() {}

  /**
   * The value that lies between {@code from} and the end of the array.
   *
   * @param name what it should be, for messages
   * @throws MalformedRecordException if there is none, or something behind it
   */
  public static <T> T read(DatumReader<T> reader, byte[] data, int from, String name) {
    BoundedDecoder in = new BoundedDecoder(data, from);
    T value;
    try {
      value = reader.read(null, in);
    } catch (IOException | AvroRuntimeException | IndexOutOfBoundsException e) {
      throw new MalformedRecordException(
          "a corrupt " + name + " of " + data.length + " bytes: " + e.getMessage(), e);
    }
    if (in.left() > 0) {
      throw new MalformedRecordException(
          "a corrupt "
              + name
              + ": "
              + in.left()
              + " of its "
              + data.length
              + " bytes lie behind its end");
    }
    return value;
  }
}
