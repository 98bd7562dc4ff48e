package io.tidemark.connectors.api;

import io.tidemark.core.retry.TaskException;
import java.util.List;
import java.util.Optional;

/**
 * Where rows go. One instance serves one backfill in one process; all methods may be called from
 * several threads, and each {@link SinkWriter} from one.
 */
public interface Sink extends AutoCloseable {

  /**
   * The formats it takes rows of that source in, best first; {@link RowFormat#RECORDS} is always
   * among them.
   */
  List<RowFormat> accepts(SourceShape source) throws TaskException;

  /**
   * Why rows of that source are not taken in a format that {@link #accepts} leaves out: a line
   * each, such as a column of another type. Empty: nothing to tell.
   */
  default List<String> obstacles(SourceShape source, RowFormat format) throws TaskException {
    return List.of();
  }

  /** What a plan tells the user about how it writes, and what it cannot: one line each. */
  default List<String> explain() {
    return List.of();
  }

  /**
   * Checks that rows of that source fit, touching nothing.
   *
   * @throws TaskException FATAL, naming every column that does not fit and why
   */
  void check(SourceShape source) throws TaskException;

  /**
   * Checks that the sink holds nothing of that backfill, touching nothing. The planner asks before
   * {@link #prepare} whenever the log knows no plan of the backfill: what a sink holds of it then
   * (progress, staged or finished files) was left by another log, and tells of rows and fences that
   * this one knows nothing of.
   *
   * @param backfill backfill id
   * @throws TaskException FATAL, naming what is there, where, and how to go on
   */
  void checkUnused(String backfill) throws TaskException;

  /** Creates what is missing (progress table, target if the spec says so, folder). Idempotent. */
  void prepare(SourceShape source) throws TaskException;

  /**
   * Opens the sink for a claim and raises the partition's fence in it. Ends what a former claimant
   * still holds open, so that a stopped process cannot block its successor. Opening again with the
   * same fence is allowed.
   *
   * @throws io.tidemark.core.retry.FencedException if the sink has seen a newer fence
   */
  SinkWriter open(Claim claim, SourceShape source, RowFormat format) throws TaskException;

  /**
   * Seals the sink once the ledger has proved the backfill complete: whatever a reader needs beyond
   * the rows themselves (files moved to where readers look, the manifest). Idempotent.
   *
   * @param manifest what the ledger says was committed
   */
  void finish(Manifest manifest) throws TaskException;

  /** Whether {@link #finish} does anything for this kind of sink. */
  boolean needsFinish();

  /**
   * Files of that backfill that claims have left which are over, whether checkpoints name them or
   * not; touches nothing. Whatever checkpoints name afterwards counts, and nothing else of it ever
   * will: so ask first, and read the checkpoints then.
   *
   * @return empty: this kind of sink leaves none
   */
  default Optional<List<Leftover>> leftovers(String backfill) throws TaskException {
    return Optional.empty();
  }

  /** Removes such files, none of which a checkpoint names. Idempotent. */
  default void remove(String backfill, List<Leftover> leftovers) throws TaskException {
    throw new UnsupportedOperationException("this kind of sink leaves nothing behind");
  }

  /** Whom to ask how it bears its load; empty: it cannot be asked. */
  default Optional<Probing> probing() {
    return Optional.empty();
  }

  @Override
  void close();
}
