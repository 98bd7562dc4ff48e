package io.tidemark.connectors.jdbc;

import io.tidemark.connectors.api.RowFormat;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * The native format: a row is a tuple of {@code COPY … (FORMAT BINARY)}: int16 count of fields,
 * then for each an int32 length (-1: NULL) and its bytes. Two ends have the same format exactly
 * when column names, types with modifiers, major version and encoding agree, as the fingerprint in
 * the id is over these; a column whose binary form means something in its own database only makes
 * it unavailable.
 */
final class PostgresRowFormat {

  private static final String PREFIX = "pgcopy:";

  private PostgresRowFormat() {}

  /** The native format of these columns in this order, if they have one. */
  static Optional<RowFormat> of(List<PostgresTable.Column> columns, String server) {
    StringBuilder text = new StringBuilder(server).append('\n');
    for (PostgresTable.Column c : columns) {
      if (!c.type().portable()) {
        return Optional.empty();
      }
      // The base as well: domains of one name may stand for different types.
      text.append(c.name().length())
          .append(':')
          .append(c.name())
          .append('\t')
          .append(c.type().name())
          .append('\t')
          .append(c.type().full())
          .append('\n');
    }
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256")
              .digest(text.toString().getBytes(StandardCharsets.UTF_8));
      return Optional.of(new RowFormat(PREFIX + HexFormat.of().formatHex(hash, 0, 8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
