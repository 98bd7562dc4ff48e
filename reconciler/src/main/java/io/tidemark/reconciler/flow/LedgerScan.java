package io.tidemark.reconciler.flow;

import io.tidemark.core.plan.PartitionIds;
import io.tidemark.schemas.avro.LedgerEntry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.PriorityQueue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;

/**
 * The ledger entries of one backfill in the order of their partition ids, merged from the stores of
 * all queues as they are asked for: what is not read costs nothing, and memory holds one entry a
 * queue. Each entry is as of when it is read. To be closed; used by one thread.
 */
final class LedgerScan implements Iterator<LedgerEntry>, AutoCloseable {

  private final List<KeyValueIterator<String, LedgerEntry>> open = new ArrayList<>();
  private final PriorityQueue<KeyValueIterator<String, LedgerEntry>> heads =
      new PriorityQueue<>(Comparator.comparing(KeyValueIterator::peekNextKey));

  private LedgerScan() {}

  /**
   * Starts at the backfill's first partition, or behind a given id.
   *
   * @param queues a store for each queue
   */
  static LedgerScan of(
      List<ReadOnlyKeyValueStore<String, LedgerEntry>> queues,
      String backfill,
      Optional<String> after) {
    // Bounds are inclusive: the least text above an id is the id and a zero; no id is the upper
    // one.
    String first = after.map(id -> id + "\u0000").orElse(PartitionIds.start(backfill));
    LedgerScan scan = new LedgerScan();
    try {
      for (ReadOnlyKeyValueStore<String, LedgerEntry> queue : queues) {
        KeyValueIterator<String, LedgerEntry> it = queue.range(first, PartitionIds.end(backfill));
        scan.open.add(it);
        if (it.hasNext()) {
          scan.heads.add(it);
        }
      }
      return scan;
    } catch (RuntimeException e) {
      scan.close();
      throw e;
    }
  }

  @Override
  public boolean hasNext() {
    return !heads.isEmpty();
  }

  @Override
  public LedgerEntry next() {
    KeyValueIterator<String, LedgerEntry> head = heads.poll();
    if (head == null) {
      throw new NoSuchElementException();
    }
    LedgerEntry entry = head.next().value;
    if (head.hasNext()) {
      heads.add(head);
    }
    return entry;
  }

  @Override
  public void close() {
    open.forEach(KeyValueIterator::close);
  }
}
