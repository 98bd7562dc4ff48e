package io.tidemark.reconciler.flow;

/** Asks other instances. */
@FunctionalInterface
public interface Peers {

  /**
   * What another instance answers, whole.
   *
   * @param host {@code host:port} of its API
   * @param address path and query
   * @throws NotHereException if it does not answer, or has not got what is asked for
   */
  byte[] ask(String host, String address);
}
