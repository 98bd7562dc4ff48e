package io.tidemark.core.sim;

/** A fault planted in a simulated part, to prove that the simulation would find its like. */
enum Mutation {
  NONE,
  /** The sink takes every claim for the newest. */
  SINK_DOES_NOT_CHECK_FENCES,
  /** Opening leaves the former claimant's transaction open. */
  SINK_OPEN_KEEPS_FORMER_TRANSACTION,
  /** A lane goes on from the checkpoint, whatever the sink says. */
  LANE_RESUMES_FROM_CHECKPOINT,
  /** Rows' hashes are combined by XOR. */
  LANE_COMBINES_HASHES_BY_XOR,
  /** A lane goes on with the next chunk though it was told to stop. */
  LANE_IGNORES_STOP,
  /** A lane passes a row that is refused before the log has it. */
  LANE_PASSES_BEFORE_THE_LETTER,
  /** Offsets are committed by themselves, before the reports that allow them. */
  SHELL_COMMITS_OFFSETS_FIRST,
  /** A shell answers Recover without waiting for transactions in flight. */
  SHELL_RECOVERS_WITHOUT_WAITING,
  /** A shell waits for offsets in flight, but reads checkpoints only as far as they are stable. */
  SHELL_READS_TO_STABLE_END,
  /** The group takes offsets, and so reports, from members of an old generation. */
  GROUP_ACCEPTS_OLD_GENERATIONS,
  /** The cursor is written beside the rows' transaction: it stays when the rows are rolled back. */
  SINK_WRITES_CURSOR_OUTSIDE_TRANSACTION,
  /** Compaction loses the checkpoints of partitions that are done. */
  LOG_LOSES_TERMINAL_CHECKPOINTS,
  /** A new planner does not raise the epoch: an older one goes on beside it. */
  PLANNER_IS_NOT_FENCED,
  /** The plan is sealed before its last descriptors are out. */
  PLANNER_SEALS_BEFORE_THE_LAST_BATCH,
  /** Tallies are not written in the ledger's transaction: a crash loses the newest. */
  RECONCILER_FORGETS_TALLIES,
  /** The manifest names every file that was staged, not those that the ledger knows. */
  MANIFEST_NAMES_WHAT_WAS_STAGED
}
