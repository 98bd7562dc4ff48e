package io.tidemark.reconciler.flow;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.Function;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;

/**
 * Entries that another instance holds, fetched page by page. The first page is fetched at once, so
 * that an instance that does not answer is known before anything was read from it.
 */
final class RemoteEntries<V extends SpecificRecord> implements KeyValueIterator<String, V> {

  private final Function<Optional<String>, EntryPage<V>> pages;
  private Iterator<KeyValue<String, V>> page;
  private Optional<String> next;
  private KeyValue<String, V> head;

  /**
   * Fetches the first page.
   *
   * @param pages the page behind a key, or the first
   */
  RemoteEntries(Function<Optional<String>, EntryPage<V>> pages) {
    this.pages = pages;
    fetch(Optional.empty());
    advance();
  }

  private void fetch(Optional<String> behind) {
    EntryPage<V> fetched = pages.apply(behind);
    page = fetched.entries().iterator();
    next = fetched.next();
  }

  private void advance() {
    // A page may be empty and not the last: what it was searched for comes later.
    while (!page.hasNext() && next.isPresent()) {
      fetch(next);
    }
    head = page.hasNext() ? page.next() : null;
  }

  @Override
  public boolean hasNext() {
    return head != null;
  }

  @Override
  public String peekNextKey() {
    if (head == null) {
      throw new NoSuchElementException();
    }
    return head.key;
  }

  @Override
  public KeyValue<String, V> next() {
    if (head == null) {
      throw new NoSuchElementException();
    }
    KeyValue<String, V> entry = head;
    advance();
    return entry;
  }

  @Override
  public void close() {
    // Nothing is held open between pages.
  }
}
