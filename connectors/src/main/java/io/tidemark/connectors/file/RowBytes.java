package io.tidemark.connectors.file;

import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Map;
import org.apache.avro.generic.GenericFixed;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.util.Utf8;

/** About how many bytes a decoded row takes up on its way; enough to bound a chunk. */
final class RowBytes {

  private static final int WORD = 8;

  private RowBytes() {}

  static long of(Object value) {
    return switch (value) {
      case null -> 1;
      case Utf8 text -> 1 + text.getByteLength();
      case CharSequence text -> 1 + text.length();
      case ByteBuffer bytes -> 1 + bytes.remaining();
      case GenericFixed fixed -> fixed.bytes().length;
      case IndexedRecord row -> {
        long sum = 0;
        for (int i = 0; i < row.getSchema().getFields().size(); i++) {
          sum += of(row.get(i));
        }
        yield sum;
      }
      case Collection<?> items -> {
        long sum = WORD;
        for (Object item : items) {
          sum += of(item);
        }
        yield sum;
      }
      case Map<?, ?> map -> of(map.keySet()) + of(map.values());
      default -> WORD;
    };
  }
}
