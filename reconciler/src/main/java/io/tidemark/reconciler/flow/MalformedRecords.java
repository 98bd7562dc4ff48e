package io.tidemark.reconciler.flow;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records that were passed over because they make no sense: all of them counted and logged, the
 * newest kept for people to look at. A record stays in its topic, so what falls off this list, or
 * was met before the last start, can still be read there. Thread-safe.
 */
public final class MalformedRecords {

  private static final Logger LOG = LoggerFactory.getLogger(MalformedRecords.class);

  private final int capacity;
  private final Deque<MalformedRecord> newest = new ArrayDeque<>();
  private long count;

  /**
   * An empty list.
   *
   * @param capacity how many to keep, at least 1
   */
  public MalformedRecords(int capacity) {
    this.capacity = capacity;
  }

  /** Counts, logs and keeps a record. */
  void add(MalformedRecord record) {
    LOG.error(
        "passed over a malformed record: topic {}, partition {}, offset {}: {}",
        record.topic(),
        record.partition(),
        record.offset(),
        record.message());
    synchronized (this) {
      count++;
      if (newest.size() == capacity) {
        newest.removeFirst();
      }
      newest.addLast(record);
    }
  }

  /** How many were met since the start. */
  public synchronized long count() {
    return count;
  }

  /** The newest ones, oldest first. */
  public synchronized List<MalformedRecord> list() {
    return new ArrayList<>(newest);
  }
}
