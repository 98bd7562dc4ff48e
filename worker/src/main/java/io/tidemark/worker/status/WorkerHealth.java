package io.tidemark.worker.status;

import java.util.Optional;

/** How a worker's process is, for whoever restarts it or watches a roll-out. Thread-safe. */
public final class WorkerHealth {

  private volatile Optional<String> dead = Optional.empty();
  private volatile Optional<String> unready = Optional.of("it has not started yet");
  private boolean leaving;

  /** It cannot work now, and says why. */
  public void unready(String why) {
    unready = Optional.of(why);
  }

  /** It works; not if it has begun to leave. */
  public synchronized void ready() {
    if (!leaving) {
      unready = Optional.empty();
    }
  }

  /** It takes nothing new any more, and says why. */
  public synchronized void leaving(String why) {
    leaving = true;
    unready = Optional.of(why);
  }

  /** It will not work any more, and says why. */
  public void dead(String why) {
    dead = Optional.of(why);
    leaving(why);
  }

  /** Why it must be restarted; empty while it lives. */
  public Optional<String> dead() {
    return dead;
  }

  /** Why it does no work yet, or no more; empty while it does. */
  public Optional<String> unready() {
    return unready;
  }
}
