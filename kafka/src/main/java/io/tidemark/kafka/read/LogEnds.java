package io.tidemark.kafka.read;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;

/** High watermarks: where the log ends for everybody, pending transactions included. */
final class LogEnds {

  private LogEnds() {}

  /**
   * High watermark of each partition now. A consumer under read_committed would answer the last
   * stable offset instead, which lies before the first transaction still pending.
   *
   * @throws ReadTimeoutException if Kafka does not answer in time or does not know a partition
   */
  static Map<TopicPartition, Long> of(
      Admin admin, Collection<TopicPartition> partitions, Duration timeout)
      throws ReadTimeoutException, InterruptedException {
    var latest = new HashMap<TopicPartition, OffsetSpec>();
    partitions.forEach(partition -> latest.put(partition, OffsetSpec.latest()));
    var options =
        new ListOffsetsOptions(IsolationLevel.READ_UNCOMMITTED)
            .timeoutMs((int) Math.max(1, timeout.toMillis()));
    try {
      var ends = new HashMap<TopicPartition, Long>();
      admin.listOffsets(latest, options).all().get().forEach((p, end) -> ends.put(p, end.offset()));
      return ends;
    } catch (ExecutionException e) {
      throw new ReadTimeoutException(
          "cannot learn where "
              + partitions
              + " end: "
              + e.getCause().getMessage()
              + "; check that the topics exist and the brokers are up",
          e.getCause());
    }
  }
}
