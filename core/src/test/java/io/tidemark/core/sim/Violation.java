package io.tidemark.core.sim;

/** An invariant does not hold. */
final class Violation extends AssertionError {

  private static final long serialVersionUID = 1L;

  private final Invariant invariant;

  Violation(Invariant invariant, String detail) {
    super(invariant + ": " + detail);
    this.invariant = invariant;
  }

  Invariant invariant() {
    return invariant;
  }
}
