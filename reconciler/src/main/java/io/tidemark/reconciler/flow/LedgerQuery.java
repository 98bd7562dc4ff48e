package io.tidemark.reconciler.flow;

import io.tidemark.core.plan.PartitionIds;
import io.tidemark.schemas.avro.LedgerEntry;
import io.tidemark.schemas.avro.PartitionState;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which entries of the ledger, and how much of each.
 *
 * @param domain of the backfill
 * @param backfill whose partitions
 * @param after partition id to start behind, whether it exists or not; empty: at the first
 * @param states only those in one of these; empty: all
 * @param lean without cursor, columns and files, which may be long
 */
public record LedgerQuery(
    String domain,
    String backfill,
    Optional<String> after,
    Set<PartitionState> states,
    boolean lean) {

  public LedgerQuery {
    states = Set.copyOf(states);
  }

  /** Every partition of a backfill, whole. */
  static LedgerQuery all(String domain, String backfill) {
    return new LedgerQuery(domain, backfill, Optional.empty(), Set.of(), false);
  }

  LedgerQuery behind(String id) {
    return new LedgerQuery(domain, backfill, Optional.of(id), states, lean);
  }

  LedgerQuery within(Set<PartitionState> only) {
    return new LedgerQuery(domain, backfill, after, only, lean);
  }

  LedgerQuery leaner() {
    return new LedgerQuery(domain, backfill, after, states, true);
  }

  /** Where to start, included. */
  String first() {
    // The least text above an id is the id and a zero.
    return after.map(id -> id + "\u0000").orElse(PartitionIds.start(backfill));
  }

  /** Where to end; included, but no id is that text. */
  String last() {
    return PartitionIds.end(backfill);
  }

  boolean wants(LedgerEntry entry) {
    return states.isEmpty() || states.contains(entry.getState());
  }

  /** The entry as asked for. */
  LedgerEntry shaped(LedgerEntry entry) {
    return lean
        ? LedgerEntry.newBuilder(entry)
            .setCursor(List.of())
            .setColumns(List.of())
            .setFiles(List.of())
            .build()
        : entry;
  }
}
