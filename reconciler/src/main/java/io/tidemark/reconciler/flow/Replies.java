package io.tidemark.reconciler.flow;

import io.tidemark.schemas.avro.LedgerEntry;
import io.tidemark.schemas.avro.Plan;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;

/**
 * What this instance answers to others, from its own state alone, so that no question goes in
 * circles. Thread-safe.
 */
public final class Replies {

  /** Entries looked at for one answer. */
  private static final int MAX_SCANNED = 20_000;

  private final Replicas replicas;

  /** Answers from these. */
  public Replies(Replicas replicas) {
    this.replicas = replicas;
  }

  /**
   * Entries of one of the coordinator's stores, as {@link EntryPage}.
   *
   * @param from least key
   * @param to greatest key; both empty: all
   * @param copies whether a copy will do
   * @throws NotHereException if it is not here
   * @throws IllegalArgumentException if there is no such store
   */
  public byte[] single(
      String name, Optional<String> from, Optional<String> to, int limit, boolean copies) {
    return single(name, StoreNames.type(name), from, to, limit, copies);
  }

  private <V extends SpecificRecord> byte[] single(
      String name,
      Class<V> type,
      Optional<String> from,
      Optional<String> to,
      int limit,
      boolean copies) {
    return here(
        () -> {
          ReadOnlyKeyValueStore<String, V> store = part(name, 0, copies);
          List<KeyValue<String, V>> entries = new ArrayList<>();
          try (KeyValueIterator<String, V> all = store.range(from.orElse(null), to.orElse(null))) {
            while (all.hasNext() && entries.size() < limit) {
              KeyValue<String, V> e = all.next();
              entries.add(KeyValue.pair(e.key, type.cast(published(e.value))));
            }
            return new EntryPage<>(
                    entries, all.hasNext() ? Optional.of(entries.getLast().key) : Optional.empty())
                .bytes(type);
          }
        });
  }

  /** A plan without what the API does not tell; everything else as it is. */
  private static SpecificRecord published(SpecificRecord value) {
    return value instanceof Plan p
        ? Plan.newBuilder(p).setSpec("").setSourceSchema("").build()
        : value;
  }

  /**
   * Entries of the ledger of some queues, by partition id, as {@link EntryPage}.
   *
   * @param limit entries at most
   * @param copies whether copies will do
   * @throws NotHereException if one of the queues is not here
   */
  public byte[] ledger(LedgerQuery query, Set<Integer> queues, int limit, boolean copies) {
    return here(
        () -> {
          List<KeyValueIterator<String, LedgerEntry>> parts = new ArrayList<>();
          try {
            for (int q : queues) {
              ReadOnlyKeyValueStore<String, LedgerEntry> store =
                  part(StoreNames.ledger(query.domain()), q, copies);
              parts.add(store.range(query.first(), query.last()));
            }
          } catch (RuntimeException e) {
            parts.forEach(KeyValueIterator::close);
            throw e;
          }
          return page(query, parts, limit).bytes(LedgerEntry.class);
        });
  }

  private static EntryPage<LedgerEntry> page(
      LedgerQuery query, List<KeyValueIterator<String, LedgerEntry>> parts, int limit) {
    List<KeyValue<String, LedgerEntry>> entries = new ArrayList<>();
    // All states: so that the last one looked at is known, however few are wanted.
    try (LedgerScan scan = LedgerScan.of(query.within(Set.of()), parts)) {
      String last = null;
      for (int scanned = 0;
          scan.hasNext() && scanned < MAX_SCANNED && entries.size() < limit;
          scanned++) {
        LedgerEntry entry = scan.next();
        last = entry.getDescriptor().getPartitionId();
        if (query.wants(entry)) {
          entries.add(KeyValue.pair(last, entry));
        }
      }
      return new EntryPage<>(entries, scan.hasNext() ? Optional.of(last) : Optional.empty());
    }
  }

  private <V> ReadOnlyKeyValueStore<String, V> part(String store, int part, boolean copies) {
    return replicas
        .<V>active(store, part)
        .or(() -> copies ? replicas.copy(store, part) : Optional.empty())
        .orElseThrow(() -> new NotHereException(store + " " + part + " is not here", null));
  }

  private static <T> T here(Supplier<T> question) {
    try {
      return question.get();
    } catch (InvalidStateStoreException e) {
      throw new NotHereException("the state is being moved or restored; try again", e);
    }
  }
}
