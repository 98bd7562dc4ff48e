package io.tidemark.reconciler.flow;

import java.util.List;
import java.util.Optional;

/**
 * Which other instances hold a part of the state, as {@code host:port} of their APIs.
 *
 * @param active the one that works on it; empty: unknown, or this one
 * @param standbys those that keep a copy
 */
public record Holders(Optional<String> active, List<String> standbys) {

  public Holders {
    standbys = List.copyOf(standbys);
  }
}
