package io.tidemark.reconciler.flow;

import io.tidemark.schemas.serde.AvroSerde;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.streams.KeyValue;

/**
 * Entries of a store on their way between two instances, in the order of their keys. Bytes: for
 * each entry 1, length and text of the key, length and Avro of the value; then 0, or 2 and the key
 * to go on behind. Lengths are 4 bytes.
 *
 * @param next key behind which there may be more; empty: these were the last
 */
record EntryPage<V extends SpecificRecord>(
    List<KeyValue<String, V>> entries, Optional<String> next) {

  private static final int ENTRY = 1;
  private static final int END = 0;
  private static final int MORE = 2;

  byte[] bytes(Class<V> type) {
    AvroSerde<V> serde = AvroSerde.of(type);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      for (KeyValue<String, V> e : entries) {
        out.writeByte(ENTRY);
        write(out, e.key.getBytes(StandardCharsets.UTF_8));
        write(out, serde.serialize("", e.value));
      }
      out.writeByte(next.isPresent() ? MORE : END);
      if (next.isPresent()) {
        write(out, next.get().getBytes(StandardCharsets.UTF_8));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static void write(DataOutputStream out, byte[] part) throws IOException {
    out.writeInt(part.length);
    out.write(part);
  }

  /**
   * Reads a page.
   *
   * @throws IllegalArgumentException if that is none: cut short, or of another version
   */
  static <V extends SpecificRecord> EntryPage<V> read(byte[] bytes, Class<V> type) {
    AvroSerde<V> serde = AvroSerde.of(type);
    List<KeyValue<String, V>> entries = new ArrayList<>();
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      while (true) {
        int kind = in.readByte();
        switch (kind) {
          case ENTRY -> entries.add(KeyValue.pair(text(in), serde.deserialize("", part(in))));
          case END -> {
            return new EntryPage<>(entries, Optional.empty());
          }
          case MORE -> {
            return new EntryPage<>(entries, Optional.of(text(in)));
          }
          default -> throw new IllegalArgumentException("no page of entries: " + kind);
        }
      }
    } catch (IOException e) {
      throw new IllegalArgumentException("a page of entries that is cut short", e);
    }
  }

  private static String text(DataInputStream in) throws IOException {
    return new String(part(in), StandardCharsets.UTF_8);
  }

  private static byte[] part(DataInputStream in) throws IOException {
    int length = in.readInt();
    if (length < 0 || length > in.available()) {
      throw new IOException("a length beyond the end");
    }
    return in.readNBytes(length);
  }
}
