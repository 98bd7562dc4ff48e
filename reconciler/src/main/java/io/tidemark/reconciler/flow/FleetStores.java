package io.tidemark.reconciler.flow;

import io.tidemark.schemas.avro.LedgerEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;

/**
 * The state of all instances together. A part is read where it is worked on: here, or by asking the
 * instance that does. Where that one does not answer, a copy will do if the {@link Reach} says so:
 * first one of this instance, then those of others.
 */
public final class FleetStores implements StateStores {

  private final Replicas replicas;
  private final Fleet fleet;
  private final RemoteStores remote;
  private final Reach reach;

  /** State of this instance and, as far as the reach goes, of its peers. */
  public FleetStores(Replicas replicas, Fleet fleet, Peers peers, Reach reach) {
    this.replicas = replicas;
    this.fleet = fleet;
    this.remote = new RemoteStores(peers);
    this.reach = reach;
  }

  @Override
  @SuppressWarnings("unchecked") // A store holds what its name says.
  public <V> ReadOnlyKeyValueStore<String, V> single(String name) {
    return (ReadOnlyKeyValueStore<String, V>) routed(name, StoreNames.type(name));
  }

  private <V extends SpecificRecord> ReadOnlyKeyValueStore<String, V> routed(
      String name, Class<V> type) {
    Optional<ReadOnlyKeyValueStore<String, V>> here = replicas.active(name, 0);
    return here.orElseGet(() -> new FirstAnswer<>(name, elsewhere(name, type)));
  }

  private <V extends SpecificRecord> List<Supplier<ReadOnlyKeyValueStore<String, V>>> elsewhere(
      String name, Class<V> type) {
    List<Supplier<ReadOnlyKeyValueStore<String, V>>> stores = new ArrayList<>();
    if (reach == Reach.HERE) {
      return stores;
    }
    Holders holders = fleet.coordinator();
    holders.active().ifPresent(h -> stores.add(() -> remote.single(h, name, type, false)));
    if (reach == Reach.COPIES) {
      Optional<ReadOnlyKeyValueStore<String, V>> copy = replicas.copy(name, 0);
      copy.ifPresent(s -> stores.add(() -> s));
      holders.standbys().forEach(h -> stores.add(() -> remote.single(h, name, type, true)));
    }
    return stores;
  }

  @Override
  public List<KeyValueIterator<String, LedgerEntry>> ledger(LedgerQuery query) {
    List<KeyValueIterator<String, LedgerEntry>> parts = new ArrayList<>();
    try {
      collect(query, parts);
      return parts;
    } catch (RuntimeException e) {
      parts.forEach(KeyValueIterator::close);
      throw e;
    }
  }

  private void collect(LedgerQuery query, List<KeyValueIterator<String, LedgerEntry>> parts) {
    List<Holders> holders = fleet.queues(query.domain());
    List<Integer> left = new ArrayList<>();
    for (int q = 0; q < holders.size(); q++) {
      int queue = q;
      if (!read(() -> replicas.active(StoreNames.ledger(query.domain()), queue), query, parts)) {
        left.add(queue);
      }
    }
    if (reach != Reach.HERE) {
      left = ask(query, left, q -> holders.get(q).active(), false, parts);
    }
    if (reach == Reach.COPIES) {
      left.removeIf(
          q -> read(() -> replicas.copy(StoreNames.ledger(query.domain()), q), query, parts));
      left = ask(query, left, q -> holders.get(q).standbys().stream().findFirst(), true, parts);
    }
    if (!left.isEmpty()) {
      throw new NotHereException(
          left.size()
              + " of "
              + holders.size()
              + " queues of domain "
              + query.domain()
              + " are being moved or restored; try again",
          null);
    }
  }

  /** Reads a queue on this instance, if it is here. */
  private static boolean read(
      Supplier<Optional<ReadOnlyKeyValueStore<String, LedgerEntry>>> store,
      LedgerQuery query,
      List<KeyValueIterator<String, LedgerEntry>> parts) {
    try {
      Optional<ReadOnlyKeyValueStore<String, LedgerEntry>> here = store.get();
      here.ifPresent(s -> parts.add(s.range(query.first(), query.last())));
      return here.isPresent();
    } catch (InvalidStateStoreException e) {
      return false; // It moved on in between.
    }
  }

  /** Asks others for queues, each for all of its own at once; returns those nobody answers for. */
  private List<Integer> ask(
      LedgerQuery query,
      List<Integer> queues,
      Function<Integer, Optional<String>> holder,
      boolean copies,
      List<KeyValueIterator<String, LedgerEntry>> parts) {
    List<Integer> left = new ArrayList<>();
    Map<String, List<Integer>> byHost = new TreeMap<>();
    for (int q : queues) {
      holder
          .apply(q)
          .ifPresentOrElse(
              h -> byHost.computeIfAbsent(h, k -> new ArrayList<>()).add(q), () -> left.add(q));
    }
    byHost.forEach(
        (host, theirs) -> {
          try {
            parts.add(remote.ledger(host, query, theirs, copies));
          } catch (NotHereException e) {
            left.addAll(theirs);
          }
        });
    return left;
  }
}
