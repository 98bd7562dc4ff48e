package io.tidemark.core.sim;

/** What must always hold (DESIGN §4), and what must hold in the end. */
enum Invariant {
  I1_BOUNDARIES_COVER_THE_PLAN,
  I2_A_ROW_BELONGS_TO_ONE_COMMITTED_CHUNK,
  I3_FENCES_ONLY_GROW,
  I4_CURSORS_NEVER_MOVE_BACK,
  I5_SUMS_AGREE,
  I6_TERMINAL_STATES_NEVER_CHANGE,
  I7_OFFSETS_NEVER_PASS_WHAT_IS_NOT_TERMINAL,
  I8_HELD_BACKFILLS_START_NO_CHUNK,
  I9_NO_PARTITION_IS_DROPPED,
  I10_RESTARTS_CHANGE_NOTHING,
  /** Once faults stop, every backfill ends. */
  LIVENESS,
  /** A core asked its shell for something that makes no sense. */
  CONTRACT
}
