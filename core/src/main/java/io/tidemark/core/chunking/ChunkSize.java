package io.tidemark.core.chunking;

/**
 * Bounds of the next chunk.
 *
 * @param rows at most so many rows, at least 1; rows that share their key with the last are added
 * @param bytes stop after the row that reaches so many bytes, at least 1
 */
public record ChunkSize(int rows, long bytes) {
  public ChunkSize {
    if (rows < 1 || bytes < 1) {
      throw new IllegalArgumentException("a chunk of " + rows + " rows, " + bytes + " bytes");
    }
  }

  /** These bounds, with no more than so many rows. */
  public ChunkSize atMost(int most) {
    return most < rows ? new ChunkSize(most, bytes) : this;
  }
}
