package io.tidemark.connectors.jdbc;

import io.tidemark.connectors.api.RowFormat;
import io.tidemark.connectors.api.SourceShape;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * The formats that two PostgreSQL ends may agree on. A row is a tuple of {@code COPY … (FORMAT
 * BINARY)}: int16 count of fields, then for each an int32 length (-1: NULL) and its bytes.
 *
 * <p>{@link #of Binary}: fields are in the types' binary forms. Two ends have the same format
 * exactly when column names, types with modifiers, major version and encoding agree, as the
 * fingerprint in the id is over these; a column whose binary form means something in its own
 * database only makes it unavailable.
 *
 * <p>{@link #text Text}: fields are in the source types' text forms, in UTF-8; any sink that is
 * PostgreSQL takes them, whatever its types. What no Avro type can hold (NaN in a {@code
 * numeric(p,s)}, the last years of a timestamp) travels so as well.
 */
final class PostgresRowFormat {

  private static final String BINARY = "pgcopy:";
  private static final String TEXT = "pgtext:";

  /** What the fields of a row are. */
  enum Form {
    BINARY,
    TEXT,
    /** Fields of Avro records. */
    RECORDS;

    static Form of(RowFormat format) {
      if (format.equals(RowFormat.RECORDS)) {
        return RECORDS;
      }
      return format.id().startsWith(PostgresRowFormat.TEXT) ? TEXT : BINARY;
    }
  }

  private PostgresRowFormat() {}

  /** The binary format of these columns in this order, if they have one. */
  static Optional<RowFormat> of(List<PostgresTable.Column> columns, String server) {
    StringBuilder text = new StringBuilder(server).append('\n');
    for (PostgresTable.Column c : columns) {
      if (!c.type().portable()) {
        return Optional.empty();
      }
      // The base as well: domains of one name may stand for different types.
      add(text, c.name(), c.type().name() + '\t' + c.type().full());
    }
    return Optional.of(new RowFormat(BINARY + fingerprint(text)));
  }

  /** The text format of a source's columns; empty if the source is not PostgreSQL. */
  static Optional<RowFormat> text(SourceShape source) {
    if (!PostgresAvro.POSTGRESQL.equals(source.schema().getObjectProp(SourceShape.DIALECT))) {
      return Optional.empty();
    }
    StringBuilder text = new StringBuilder();
    for (SourceShape.Column c : source.columns()) {
      add(text, c.name(), c.nativeType());
    }
    return Optional.of(new RowFormat(TEXT + fingerprint(text)));
  }

  private static void add(StringBuilder text, String column, String type) {
    text.append(column.length()).append(':').append(column);
    text.append('\t').append(type).append('\n');
  }

  private static String fingerprint(CharSequence text) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256")
              .digest(text.toString().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
