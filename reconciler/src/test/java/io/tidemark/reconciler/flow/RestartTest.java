package io.tidemark.reconciler.flow;

import static io.tidemark.reconciler.Samples.plan;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.core.coordinator.CoordinatorSettings;
import io.tidemark.core.ledger.Tallies;
import io.tidemark.reconciler.Samples;
import io.tidemark.schemas.avro.Alert;
import io.tidemark.schemas.avro.BackfillState;
import io.tidemark.schemas.avro.Command;
import io.tidemark.schemas.avro.CommandType;
import io.tidemark.schemas.avro.Decision;
import io.tidemark.schemas.avro.Directive;
import io.tidemark.schemas.avro.LedgerEntry;
import io.tidemark.schemas.avro.Plan;
import io.tidemark.schemas.avro.Progress;
import io.tidemark.schemas.avro.Tally;
import io.tidemark.schemas.avro.WorkerHeartbeat;
import io.tidemark.schemas.serde.AvroSerde;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.MockProcessorContext.CapturedForward;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.Test;

/** Processors that are made anew on what their stores hold, as after a crash. */
class RestartTest {

  private static final String B = "orders-0123abcd";

  private final MockProcessorContext<String, SpecificRecord> context = new MockProcessorContext<>();
  private final MalformedRecords malformed = new MalformedRecords(1);

  @Test
  void shouldSendEveryTallyOnceWhenTheMarksOfDirtyOnesAreLost() {
    store(StoreNames.ledger(Samples.DOMAIN), LedgerEntry.class);
    KeyValueStore<String, Tally> tallies = store(StoreNames.tallies(Samples.DOMAIN), Tally.class);
    Tally tally = Tally.newBuilder(Tallies.empty(B, Samples.DOMAIN, 0)).setRows(7).build();
    tallies.put(B, tally);

    new LedgerProcessor(
            Samples.DOMAIN,
            "checkpoints",
            new LedgerProcessor.Sinks("ledger", "tallies", "work", "gone", "gone"),
            malformed)
        .init(context);
    tick();
    tick();

    assertThat(context.forwarded()).hasSize(1);
    CapturedForward<? extends String, ? extends SpecificRecord> sent =
        context.forwarded().getFirst();
    assertThat(sent.childName()).hasValue("tallies");
    assertThat(sent.record().key()).isEqualTo(B + "|0");
    assertThat(sent.record().value()).isEqualTo(tally);
  }

  @Test
  void shouldKeepWhatItDecidedWhenTheCoordinatorRestarts() {
    KeyValueStore<String, Progress> progress = store(StoreNames.PROGRESS, Progress.class);
    KeyValueStore<String, Directive> directives = store(StoreNames.DIRECTIVES, Directive.class);
    store(StoreNames.PLANS, Plan.class);
    store(StoreNames.COORDINATOR_TALLIES, Tally.class);
    store(StoreNames.WORKERS, WorkerHeartbeat.class);
    store(StoreNames.DECISIONS, Decision.class);
    store(StoreNames.ALERTS, Alert.class);
    CoordinatorProcessor first = coordinator();
    first.process(record(B, plan(B, 1, 1, false)));
    first.process(
        record(
            B + "|0",
            Tally.newBuilder(Tallies.empty(B, Samples.DOMAIN, 0))
                .setRows(7)
                .setRunning(1)
                .build()));
    first.process(record(B, Samples.command(B, CommandType.PAUSE)));
    tick();
    Progress before = progress.get(B);
    context.resetForwards();
    context.scheduledPunctuators().forEach(p -> p.cancel());

    coordinator();
    tick();

    assertThat(before.getState()).isEqualTo(BackfillState.PAUSED);
    assertThat(before.getRows()).isEqualTo(7);
    assertThat(progress.get(B)).isEqualTo(before);
    assertThat(directives.get(B).getRunState()).hasToString("HOLD");
    assertThat(context.forwarded()).as("nothing new to say").isEmpty();
  }

  @Test
  void shouldObeyACommandOnceWhenItComesAgainAfterARestart() {
    store(StoreNames.PROGRESS, Progress.class);
    KeyValueStore<String, Directive> directives = store(StoreNames.DIRECTIVES, Directive.class);
    store(StoreNames.PLANS, Plan.class);
    store(StoreNames.COORDINATOR_TALLIES, Tally.class);
    store(StoreNames.WORKERS, WorkerHeartbeat.class);
    KeyValueStore<String, Decision> decisions = store(StoreNames.DECISIONS, Decision.class);
    store(StoreNames.ALERTS, Alert.class);
    Command pause = Samples.command(B, CommandType.PAUSE);
    CoordinatorProcessor first = coordinator();
    first.process(record(B, plan(B, 1, 1, false)));
    first.process(record(B, pause));
    first.process(record(B, Samples.command(B, CommandType.RESUME)));

    coordinator().process(record(B, pause));

    assertThat(directives.get(B).getRunState()).hasToString("RUN");
    assertThat(decisions.approximateNumEntries()).isEqualTo(2);
  }

  private CoordinatorProcessor coordinator() {
    context.setCurrentSystemTimeMs(5_000);
    CoordinatorProcessor p =
        new CoordinatorProcessor(
            List.of(Samples.DOMAIN),
            CoordinatorSettings.of(1),
            new CoordinatorProcessor.Sinks(
                "progress", "directives", "decisions", "alerts", "plans"),
            domain -> "orders-" + domain,
            malformed);
    p.init(context);
    return p;
  }

  private static Record<String, SpecificRecord> record(String key, SpecificRecord value) {
    return new Record<>(key, value, 1_000);
  }

  private void tick() {
    List.copyOf(context.scheduledPunctuators()).stream()
        .filter(p -> !p.cancelled() && p.getInterval().equals(LedgerProcessor.FLUSH))
        .forEach(p -> p.getPunctuator().punctuate(5_000));
  }

  private <T extends SpecificRecord> KeyValueStore<String, T> store(String name, Class<T> type) {
    KeyValueStore<String, T> store =
        Stores.keyValueStoreBuilder(
                Stores.inMemoryKeyValueStore(name), Serdes.String(), AvroSerde.of(type))
            .withLoggingDisabled()
            .build();
    store.init(context.getStateStoreContext(), store);
    return store;
  }
}
