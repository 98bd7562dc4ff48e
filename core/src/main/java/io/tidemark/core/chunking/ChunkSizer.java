package io.tidemark.core.chunking;

/**
 * Aims chunks at a target duration: grows by at most a fifth a chunk, shrinks as far as needed at
 * once, never above the spec's bounds.
 *
 * @param rows rows to ask for next
 * @param maxRows upper bound, rows
 * @param maxBytes upper bound, bytes
 * @param targetMs what a chunk should take, milliseconds
 */
public record ChunkSizer(int rows, int maxRows, long maxBytes, long targetMs) {

  private static final double GROWTH = 1.2;

  /** A sizer that starts at a quarter of the row bound: safe at first, up there within 8 chunks. */
  public static ChunkSizer starting(int maxRows, long maxBytes, long targetMs) {
    return new ChunkSizer(Math.max(1, maxRows / 4), maxRows, maxBytes, targetMs);
  }

  /** Bounds of the next chunk. */
  public ChunkSize next() {
    return new ChunkSize(rows, maxBytes);
  }

  /**
   * The sizer after a chunk.
   *
   * @param chunkRows rows that it held
   * @param tookMs what it took, milliseconds
   */
  public ChunkSizer after(long chunkRows, long tookMs) {
    if (chunkRows <= 0) {
      return this;
    }
    double ideal = chunkRows * (double) targetMs / Math.max(1, tookMs);
    double bounded = Math.min(Math.min(ideal, rows * GROWTH), maxRows);
    return new ChunkSizer((int) Math.max(1, Math.ceil(bounded)), maxRows, maxBytes, targetMs);
  }
}
