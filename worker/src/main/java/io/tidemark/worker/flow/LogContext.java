package io.tidemark.worker.flow;

import io.tidemark.schemas.avro.Descriptor;
import java.util.Map;
import org.slf4j.MDC;

/** What lines of the log are about, for those who search them. */
final class LogContext {

  private LogContext() {}

  /** Whatever is logged by {@code what} is about a claim on a partition. */
  static void during(Descriptor descriptor, long fence, Runnable what) {
    during(
        Map.of(
            "backfill", descriptor.getBackfillId(),
            "partition", descriptor.getPartitionId(),
            "fence", Long.toString(fence)),
        what);
  }

  /** Whatever is logged by {@code what} is about a backfill as a whole. */
  static void during(String backfill, Runnable what) {
    during(Map.of("backfill", backfill), what);
  }

  private static void during(Map<String, String> context, Runnable what) {
    context.forEach(MDC::put);
    try {
      what.run();
    } finally {
      context.keySet().forEach(MDC::remove);
    }
  }
}
