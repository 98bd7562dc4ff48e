package io.tidemark.reconciler.status;

import io.tidemark.reconciler.flow.MalformedRecords;
import io.tidemark.reconciler.flow.News;
import io.tidemark.reconciler.flow.Queries;
import io.tidemark.reconciler.flow.Replicas;
import io.tidemark.reconciler.flow.Replies;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;

/** Servers on a free port of 127.0.0.1, without tokens unless they are given. */
final class Servers {

  private Servers() {}

  /** No state that others could ask for. */
  private static final class Nothing implements Replicas {

    @Override
    public <V> Optional<ReadOnlyKeyValueStore<String, V>> active(String store, int part) {
      return Optional.empty();
    }

    @Override
    public <V> Optional<ReadOnlyKeyValueStore<String, V>> copy(String store, int part) {
      return Optional.empty();
    }
  }

  /** Nothing ever comes. */
  static final class NoNews implements News {

    @Override
    public Latest lately() {
      return next();
    }

    @Override
    public Latest next() {
      return new Latest(List.of(), List.of());
    }
  }

  static StatusServer start(
      int port,
      Optional<Tokens> tokens,
      Queries queries,
      Health health,
      MalformedRecords malformed,
      ReconcilerMetrics metrics) {
    return start(
        port,
        tokens,
        new Services(
            queries,
            new NoNews(),
            new Replies(new Nothing()),
            (backfill, visitor) -> {},
            command -> {},
            () -> 1_000,
            health,
            malformed,
            metrics));
  }

  static StatusServer start(int port, Optional<Tokens> tokens, Services services) {
    Listener listener = Listener.open("127.0.0.1", port, Optional.empty());
    return StatusServer.start(
        listener,
        new ServerSettings("t", "1", "127.0.0.1:" + listener.port(), tokens, 1_024),
        services);
  }
}
