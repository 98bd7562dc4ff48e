package io.tidemark.core.chunking;

/**
 * The search for a row that is refused: of the rows behind the cursor, the chunks that are tried
 * halve those that may hold it, until one of a single row is refused. Chunks that pass are
 * committed, so n rows cost about log2 n chunks for each row that is refused, and in all about
 * twice the rows are written.
 *
 * @param suspects so many rows behind the cursor hold one that is refused; 0: nothing is searched
 */
public record Isolation(long suspects) {

  /** No search. */
  public static final Isolation NONE = new Isolation(0);

  /** The bounds of the next chunk. */
  public ChunkSize narrowed(ChunkSize usual) {
    return suspects == 0
        ? usual
        : new ChunkSize((int) Math.max(1, Math.min(usual.rows(), suspects / 2)), usual.bytes());
  }

  /**
   * The search after a chunk was refused.
   *
   * @param given how many of its rows the sink had when it refused one of them, at least 1
   * @param asked how many rows the chunk was asked for: rows that share a key may be more, and
   *     without this bound the search would never end for them
   */
  public Isolation refused(long given, int asked) {
    long most = Math.min(given, asked);
    return new Isolation(suspects == 0 ? most : Math.min(suspects, most));
  }

  /** The search after a chunk was committed. */
  public Isolation passed(long rows) {
    return new Isolation(Math.max(0, suspects - rows));
  }

  /** Whether the row right behind the cursor is the one. */
  public boolean found() {
    return suspects == 1;
  }
}
