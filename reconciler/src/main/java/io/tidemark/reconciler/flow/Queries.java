package io.tidemark.reconciler.flow;

import io.tidemark.schemas.avro.Alert;
import io.tidemark.schemas.avro.Decision;
import io.tidemark.schemas.avro.Directive;
import io.tidemark.schemas.avro.LedgerEntry;
import io.tidemark.schemas.avro.PartitionState;
import io.tidemark.schemas.avro.Plan;
import io.tidemark.schemas.avro.Progress;
import io.tidemark.schemas.avro.WorkerHeartbeat;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;

/**
 * Questions about backfills, answered from the reconciler's state. Thread-safe. Every method throws
 * {@link NotHereException} while that state cannot be reached.
 */
public final class Queries {

  private final StateStores stores;

  /** Questions to these stores. */
  public Queries(StateStores stores) {
    this.stores = stores;
  }

  /**
   * What is known of a backfill.
   *
   * @param plan as published
   * @param directive what workers were told; empty before it was admitted
   */
  public record Backfill(Progress progress, Plan plan, Optional<Directive> directive) {}

  /**
   * Some partitions of a backfill, by id.
   *
   * @param next id to continue behind; empty if these were the last
   */
  public record Page(List<LedgerEntry> entries, Optional<String> next) {}

  /** Progress of all backfills, newest first. */
  public List<Progress> backfills() {
    return here(
        () -> {
          List<Progress> all = new ArrayList<>(values(stores.single(StoreNames.PROGRESS)));
          all.sort(
              Comparator.comparingLong(Progress::getCreatedAt)
                  .reversed()
                  .thenComparing(Progress::getBackfillId));
          return all;
        });
  }

  /** One backfill; empty if there is none of that id. */
  public Optional<Backfill> backfill(String id) {
    return here(
        () -> {
          Progress progress = stores.<Progress>single(StoreNames.PROGRESS).get(id);
          Plan plan = stores.<Plan>single(StoreNames.PLANS).get(id);
          Directive directive = stores.<Directive>single(StoreNames.DIRECTIVES).get(id);
          return progress == null
              ? Optional.empty()
              : Optional.of(new Backfill(progress, plan, Optional.ofNullable(directive)));
        });
  }

  /** Newest heartbeat of each worker, by worker id. */
  public List<WorkerHeartbeat> workers() {
    return here(() -> values(stores.single(StoreNames.WORKERS)));
  }

  /** What the coordinator decided on a command; empty if it has not heard of it. */
  public Optional<Decision> decision(String command) {
    return here(
        () -> Optional.ofNullable(stores.<Decision>single(StoreNames.DECISIONS).get(command)));
  }

  /**
   * Decisions, newest first.
   *
   * @param backfill of that one only
   */
  public List<Decision> decisions(Optional<String> backfill) {
    return here(
        () ->
            newest(
                values(stores.single(StoreNames.DECISIONS)),
                d -> d.getCommand().getBackfillId(),
                backfill,
                Decision::getAt));
  }

  /**
   * Alerts, newest first.
   *
   * @param backfill of that one only
   */
  public List<Alert> alerts(Optional<String> backfill) {
    return here(
        () ->
            newest(
                values(stores.single(StoreNames.ALERTS)),
                Alert::getBackfillId,
                backfill,
                Alert::getAt));
  }

  /**
   * A page of a backfill's partitions.
   *
   * @param state only those in this state; the ledger is then searched on, in bounded memory, until
   *     the page is full
   * @param after partition id to start behind, whether it exists or not
   * @param limit entries at most, at least 1
   */
  public Page partitions(
      Progress backfill, Optional<PartitionState> state, Optional<String> after, int limit) {
    return page(
        new LedgerQuery(
            backfill.getDomain(),
            backfill.getBackfillId(),
            after,
            state.map(Set::of).orElse(Set.of()),
            false),
        limit);
  }

  /** As {@link #partitions}, of all states, without cursors, columns and files. */
  public Page outline(Progress backfill, Optional<String> after, int limit) {
    return page(
        new LedgerQuery(backfill.getDomain(), backfill.getBackfillId(), after, Set.of(), true),
        limit);
  }

  private Page page(LedgerQuery query, int limit) {
    return here(
        () -> {
          List<LedgerEntry> entries = new ArrayList<>();
          try (LedgerScan scan = scan(query)) {
            while (scan.hasNext() && entries.size() < limit) {
              entries.add(scan.next());
            }
            return new Page(
                entries,
                scan.hasNext()
                    ? Optional.of(entries.getLast().getDescriptor().getPartitionId())
                    : Optional.empty());
          }
        });
  }

  /** Shows every partition of a backfill, by id. */
  public void eachPartition(Progress backfill, Consumer<LedgerEntry> visitor) {
    each(LedgerQuery.all(backfill.getDomain(), backfill.getBackfillId()), visitor);
  }

  /** Shows those in one of these states, by id, without cursors, columns and files. */
  public void eachOutline(
      Progress backfill, Set<PartitionState> states, Consumer<LedgerEntry> visitor) {
    each(
        LedgerQuery.all(backfill.getDomain(), backfill.getBackfillId()).within(states).leaner(),
        visitor);
  }

  private void each(LedgerQuery query, Consumer<LedgerEntry> visitor) {
    here(
        () -> {
          try (LedgerScan scan = scan(query)) {
            scan.forEachRemaining(visitor);
          }
          return null;
        });
  }

  private LedgerScan scan(LedgerQuery query) {
    return LedgerScan.of(query, stores.ledger(query));
  }

  private static <V> List<V> newest(
      List<V> all,
      Function<V, String> backfillOf,
      Optional<String> backfill,
      ToLongFunction<V> at) {
    return all.stream()
        .filter(v -> backfill.isEmpty() || backfill.get().equals(backfillOf.apply(v)))
        .sorted(Comparator.comparingLong(at).reversed())
        .toList();
  }

  private static <V> List<V> values(ReadOnlyKeyValueStore<String, V> store) {
    List<V> values = new ArrayList<>();
    try (KeyValueIterator<String, V> all = store.all()) {
      all.forEachRemaining(e -> values.add(e.value));
    }
    return values;
  }

  private static <T> T here(Supplier<T> question) {
    try {
      return question.get();
    } catch (InvalidStateStoreException e) {
      throw new NotHereException("the state is being moved or restored; try again", e);
    }
  }
}
