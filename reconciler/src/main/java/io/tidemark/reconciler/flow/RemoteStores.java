package io.tidemark.reconciler.flow;

import io.tidemark.schemas.avro.LedgerEntry;
import io.tidemark.schemas.avro.PartitionState;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;

/** State of other instances: asks for what {@link Replies} answers there. */
final class RemoteStores {

  /** Where {@link Replies} is reached; {@code status} serves it. */
  private static final String ROOT = "/internal/v1/";

  /** Entries a page. */
  private static final int PAGE = 500;

  private final Peers peers;

  RemoteStores(Peers peers) {
    this.peers = peers;
  }

  /** A store of the coordinator, on that instance. */
  <V extends SpecificRecord> ReadOnlyKeyValueStore<String, V> single(
      String host, String name, Class<V> type, boolean copies) {
    return new ReadOnlyKeyValueStore<>() {
      @Override
      public V get(String key) {
        try (KeyValueIterator<String, V> one = range(key, key)) {
          return one.hasNext() ? one.next().value : null;
        }
      }

      @Override
      public KeyValueIterator<String, V> range(String from, String to) {
        return new RemoteEntries<>(
            behind -> {
              Map<String, String> query = new TreeMap<>(parameters(copies));
              put(query, "from", behind.map(k -> k + "\u0000").or(() -> Optional.ofNullable(from)));
              put(query, "to", Optional.ofNullable(to));
              return ask(host, "stores/" + name, query, type);
            });
      }

      @Override
      public KeyValueIterator<String, V> all() {
        return range(null, null);
      }

      @Override
      public long approximateNumEntries() {
        throw new UnsupportedOperationException("not asked of other instances");
      }
    };
  }

  /** What a query asks for, of queues that are on that instance. */
  KeyValueIterator<String, LedgerEntry> ledger(
      String host, LedgerQuery asked, Collection<Integer> queues, boolean copies) {
    return new RemoteEntries<>(
        behind -> {
          LedgerQuery query = behind.map(asked::behind).orElse(asked);
          Map<String, String> parameters = new TreeMap<>(parameters(copies));
          parameters.put("backfill", query.backfill());
          parameters.put("lean", Boolean.toString(query.lean()));
          parameters.put("queues", joined(queues));
          put(parameters, "after", query.after());
          put(
              parameters,
              "states",
              Optional.of(joined(query.states().stream().map(PartitionState::name).toList()))
                  .filter(s -> !s.isEmpty()));
          return ask(host, "ledger/" + query.domain(), parameters, LedgerEntry.class);
        });
  }

  private static Map<String, String> parameters(boolean copies) {
    return Map.of("copies", Boolean.toString(copies), "limit", Integer.toString(PAGE));
  }

  private static void put(Map<String, String> query, String name, Optional<String> value) {
    value.ifPresent(v -> query.put(name, v));
  }

  private static String joined(Collection<?> values) {
    return values.stream().map(Object::toString).collect(Collectors.joining(","));
  }

  private <V extends SpecificRecord> EntryPage<V> ask(
      String host, String what, Map<String, String> query, Class<V> type) {
    String text =
        query.entrySet().stream()
            .map(e -> e.getKey() + "=" + URLEncoder.encode(e.getValue(), StandardCharsets.UTF_8))
            .collect(Collectors.joining("&"));
    try {
      return EntryPage.read(peers.ask(host, ROOT + what + "?" + text), type);
    } catch (IllegalArgumentException e) {
      throw new NotHereException(
          "the reconciler at " + host + " answers in another way; run one version", e);
    }
  }
}
