package io.tidemark.reconciler.flow;

import java.util.List;

/** Who holds what, as this instance was last told. */
public interface Fleet {

  /** Of the coordinator's stores. */
  Holders coordinator();

  /**
   * Of the ledger of each queue of a domain, by the queue's number.
   *
   * @throws NotHereException if the domain is not served
   */
  List<Holders> queues(String domain);
}
