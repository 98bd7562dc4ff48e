package io.tidemark.cli.chaos;

/** Where a copy of {@code src.rows} goes, and how what came there is compared. */
interface Destination {

  /** The spec's {@code source}, without braces. */
  String source();

  /** The spec's {@code sink}, without braces. */
  String sink();

  /**
   * Compares source and sink row by row, and what the sink knows of its own progress.
   *
   * @param backfill the id of the backfill, which is over
   * @return rows that were written more than once because they were rolled back, where that is
   *     known, else 0
   */
  long verify(String backfill) throws Exception;
}
