package io.tidemark.reconciler.status;

/**
 * Who calls.
 *
 * @param who name of the token; {@code local} where there are no tokens
 */
public record Session(String who, Role role) {

  /** Whoever is on this machine, where there are no tokens. */
  static final Session LOCAL = new Session("local", Role.OPERATOR);
}
