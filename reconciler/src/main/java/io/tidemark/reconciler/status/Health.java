package io.tidemark.reconciler.status;

import java.util.Optional;

/** How the process is, for whoever restarts it or sends it requests. */
public interface Health {

  /** Why it must be restarted; empty while it lives. */
  Optional<String> dead();

  /** Why it cannot answer yet; empty once it can. */
  Optional<String> unready();
}
