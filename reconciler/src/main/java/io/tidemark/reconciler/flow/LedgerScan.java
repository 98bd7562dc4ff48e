package io.tidemark.reconciler.flow;

import io.tidemark.schemas.avro.LedgerEntry;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.PriorityQueue;
import org.apache.kafka.streams.state.KeyValueIterator;

/**
 * What a query asks for in the order of the partition ids, merged from the parts of the ledger as
 * it is asked for: what is not read costs nothing, and memory holds one entry, or one page of
 * another instance, a part. Each entry is as of when it is read. To be closed; used by one thread.
 */
final class LedgerScan implements Iterator<LedgerEntry>, AutoCloseable {

  private final LedgerQuery query;
  private final List<KeyValueIterator<String, LedgerEntry>> parts;
  private final PriorityQueue<KeyValueIterator<String, LedgerEntry>> heads =
      new PriorityQueue<>(Comparator.comparing(KeyValueIterator::peekNextKey));
  private LedgerEntry next;

  private LedgerScan(LedgerQuery query, List<KeyValueIterator<String, LedgerEntry>> parts) {
    this.query = query;
    this.parts = parts;
  }

  /**
   * Starts.
   *
   * @param parts closed together with the scan
   */
  static LedgerScan of(LedgerQuery query, List<KeyValueIterator<String, LedgerEntry>> parts) {
    LedgerScan scan = new LedgerScan(query, parts);
    try {
      parts.stream().filter(Iterator::hasNext).forEach(scan.heads::add);
      scan.advance();
      return scan;
    } catch (RuntimeException e) {
      scan.close();
      throw e;
    }
  }

  private void advance() {
    next = null;
    while (next == null && !heads.isEmpty()) {
      KeyValueIterator<String, LedgerEntry> head = heads.poll();
      LedgerEntry entry = head.next().value;
      if (head.hasNext()) {
        heads.add(head);
      }
      if (query.wants(entry)) {
        next = query.shaped(entry);
      }
    }
  }

  @Override
  public boolean hasNext() {
    return next != null;
  }

  @Override
  public LedgerEntry next() {
    if (next == null) {
      throw new NoSuchElementException();
    }
    LedgerEntry entry = next;
    advance();
    return entry;
  }

  @Override
  public void close() {
    parts.forEach(KeyValueIterator::close);
  }
}
