package io.tidemark.reconciler.flow;

import io.tidemark.schemas.avro.Alert;
import io.tidemark.schemas.avro.Decision;
import java.util.List;

/**
 * Alerts and decisions as they come. Thread-safe. Both methods throw {@link NotHereException} while
 * nothing can be read; what came may then be lost to {@link #next}, but not to {@link #lately}.
 */
public interface News {

  /** All that came within the last minute; {@link #next} goes on behind it. */
  Latest lately();

  /** What came since the last call of either method. */
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
