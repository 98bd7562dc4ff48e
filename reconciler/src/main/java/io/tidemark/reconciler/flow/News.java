package io.tidemark.reconciler.flow;

import io.tidemark.schemas.avro.Alert;
import io.tidemark.schemas.avro.Decision;
import java.util.List;

/**
 * Alerts and decisions as they come, from a position that only moves forward. Thread-safe. Both
 * methods throw {@link NotHereException} while nothing can be read; the position is kept then.
 */
public interface News {

  /** Moves the position behind all that has come up to now. */
  void skip();

  /** What came since the last call of either method; the position moves behind it. */
  Latest next();

  /**
   * What came.
   *
   * @param alerts oldest first; one that changed comes again
   * @param decisions oldest first
   */
  record Latest(List<Alert> alerts, List<Decision> decisions) {

    public Latest {
      alerts = List.copyOf(alerts);
      decisions = List.copyOf(decisions);
    }
  }
}
