package io.tidemark.core.lifecycle;

import io.tidemark.schemas.avro.Digest;

/**
 * What a partition has committed at its sink since its start; every chunk adds to it.
 *
 * @param rows rows committed
 * @param bytes bytes of those rows as they travelled
 * @param digestSum sum, modulo 2^64, of one 64-bit hash per row
 * @param domain form of the bytes that were hashed; empty before the first row
 * @param chunks chunks committed
 * @param deadLetters rows set aside since they were refused; not among {@code rows}
 */
public record Totals(
    long rows, long bytes, long digestSum, String domain, long chunks, long deadLetters) {

  public static final Totals ZERO = new Totals(0, 0, 0, "", 0, 0);

  /** These totals and one more committed chunk. */
  public Totals plusChunk(
      long chunkRows, long chunkBytes, long chunkDigestSum, String chunkDomain) {
    return new Totals(
        rows + chunkRows,
        bytes + chunkBytes,
        digestSum + chunkDigestSum,
        chunkRows == 0 ? domain : chunkDomain,
        chunks + 1,
        deadLetters);
  }

  /** These totals and one more committed chunk, of a row that was set aside and nothing else. */
  public Totals plusDeadLetter() {
    return new Totals(rows, bytes, digestSum, domain, chunks + 1, deadLetters + 1);
  }

  public Digest digest() {
    return new Digest(domain, rows, digestSum);
  }
}
