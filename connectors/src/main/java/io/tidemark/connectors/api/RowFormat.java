package io.tidemark.connectors.api;

/**
 * How rows travel from a reader to a writer. Reader and writer understand each other exactly when
 * their formats are equal; the id is also the domain of the digests taken of such rows.
 *
 * @param id stable text; a native format carries a fingerprint of the column types in it
 */
public record RowFormat(String id) {

  /**
   * The general format: Avro records of the source's {@link SourceShape#schema()}. Its digests hash
   * the row's Avro binary encoding.
   */
  public static final RowFormat RECORDS = new RowFormat("avro");
}
