package io.tidemark.reconciler.flow;

/** How far a question may go for its answer. */
public enum Reach {
  /** What this instance works on. */
  HERE,
  /** What any instance works on. */
  EXACT,
  /** Also copies, which may be some moments behind, where the one that works on it is away. */
  COPIES
}
