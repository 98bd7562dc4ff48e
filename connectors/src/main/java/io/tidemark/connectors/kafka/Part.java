package io.tidemark.connectors.kafka;

import java.util.Locale;
import java.util.Optional;
import org.apache.avro.Schema;

/** What a record has beside its value, each a column of the source. */
enum Part {
  KEY,
  TIMESTAMP,
  HEADERS,
  PARTITION,
  OFFSET;

  /** Property of a field that stands for a part: its {@link #word}. */
  static final String PROPERTY = "tidemark.kafka";

  /** Property of the key's field: the format that it was read in. */
  static final String KEY_FORMAT = "tidemark.kafka.key";

  /** As specs name it. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** How its column is called unless the spec says otherwise. */
  String column() {
    return "_" + word();
  }

  /** The part that a field stands for. */
  static Optional<Part> of(Schema.Field field) {
    String word = field.getProp(PROPERTY);
    for (Part part : values()) {
      if (part.word().equals(word)) {
        return Optional.of(part);
      }
    }
    return Optional.empty();
  }
}
