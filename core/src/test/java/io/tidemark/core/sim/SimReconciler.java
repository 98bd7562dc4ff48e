package io.tidemark.core.sim;

import io.tidemark.core.coordinator.Coordinator;
import io.tidemark.core.coordinator.CoordinatorEffect;
import io.tidemark.core.coordinator.CoordinatorEvent;
import io.tidemark.core.coordinator.CoordinatorSettings;
import io.tidemark.core.ledger.Ledger;
import io.tidemark.core.ledger.LedgerEvent;
import io.tidemark.core.ledger.Tallies;
import io.tidemark.schemas.avro.BackfillState;
import io.tidemark.schemas.avro.Command;
import io.tidemark.schemas.avro.CommandType;
import io.tidemark.schemas.avro.Descriptor;
import io.tidemark.schemas.avro.Directive;
import io.tidemark.schemas.avro.LedgerEntry;
import io.tidemark.schemas.avro.Order;
import io.tidemark.schemas.avro.PartitionState;
import io.tidemark.schemas.avro.Plan;
import io.tidemark.schemas.avro.Progress;
import io.tidemark.schemas.avro.Tally;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The reconciler: the real {@link Ledger}, {@link Tallies} and {@link Coordinator} over the
 * simulated log. What it wrote survives it, together with how far it had read, as exactly-once
 * processing has it; the coordinator in memory does not.
 */
final class SimReconciler {

  private final World world;
  private final Map<String, LedgerEntry> ledger = new TreeMap<>();
  private final Map<String, Tally> tallies = new TreeMap<>();
  private final Map<String, Tally> older = new TreeMap<>();
  private final Map<String, Plan> plans = new TreeMap<>();
  private final Map<String, Progress> progress = new TreeMap<>();
  private final Map<String, Directive> directives = new TreeMap<>();
  private final List<Directive> directiveLog = new ArrayList<>();
  private final List<Command> commands = new ArrayList<>();
  private final List<Order> orders = new ArrayList<>();
  private final long[] workRead;
  private final long[] checkpointsRead;
  private int plansRead;
  private int commandsRead;
  private int ordersRead;
  private long clockOff;
  private Optional<Coordinator> coordinator = Optional.empty();

  SimReconciler(World world) {
    this.world = world;
    this.workRead = new long[world.log().queues()];
    this.checkpointsRead = new long[world.log().queues()];
  }

  /** Starts from what an earlier one wrote. */
  void start() {
    coordinator =
        Optional.of(
            new Coordinator(
                CoordinatorSettings.of(world.setup().maxRunning()),
                new Coordinator.Memory(
                    plans.values(),
                    tallies.values(),
                    progress.values(),
                    directives.values(),
                    List.of(),
                    List.of()),
                world.scheduler().now() + clockOff));
    run(coordinator.get());
  }

  /** Ends at once. */
  void crash() {
    coordinator = Optional.empty();
    if (world.mutation() == Mutation.RECONCILER_FORGETS_TALLIES) {
      tallies.putAll(older);
    }
  }

  /** Its clock is set ahead or back. */
  void clockJumps(int byMs) {
    clockOff += byMs;
  }

  boolean up() {
    return coordinator.isPresent();
  }

  /** The newest directives, by backfill. */
  Map<String, Directive> directives() {
    return directives;
  }

  List<Directive> directiveLog() {
    return directiveLog;
  }

  Map<String, LedgerEntry> ledger() {
    return ledger;
  }

  Map<String, Tally> tallies() {
    return tallies;
  }

  Map<String, Progress> progress() {
    return progress;
  }

  /** What a user asks. */
  void ask(CommandType type, String backfill) {
    ask(type, backfill, Map.of());
  }

  /** That a partition which failed is tried again. */
  void askRetry(Descriptor failed) {
    ask(CommandType.RETRY, failed.getBackfillId(), Map.of("partition", failed.getPartitionId()));
  }

  private void ask(CommandType type, String backfill, Map<String, String> arguments) {
    commands.add(
        new Command(
            "c" + commands.size(), backfill, type, arguments, "sim", "", world.scheduler().now()));
  }

  /** A partition that failed and was not retried yet, of a backfill that has not ended. */
  Optional<Descriptor> failed() {
    return ledger.values().stream()
        .filter(e -> e.getState() == PartitionState.FAILED)
        .map(LedgerEntry::getDescriptor)
        .filter(d -> progress.get(d.getBackfillId()).getEndedAt() == null)
        .filter(d -> world.planner().published().get(d.getPartitionId()).getRound() == d.getRound())
        .findFirst();
  }

  private void run(Coordinator of) {
    int delay = world.scheduler().between(10, 120);
    world
        .scheduler()
        .after(
            delay,
            "reconciler",
            "reads",
            () -> {
              if (coordinator.filter(c -> c == of).isPresent()) {
                if (world.log().available()) {
                  read(of);
                  finish();
                }
                run(of);
              }
            });
  }

  private void read(Coordinator c) {
    boolean applied = false;
    if (world.mutation() == Mutation.RECONCILER_FORGETS_TALLIES) {
      older.putAll(tallies);
    }
    for (int q = 0; q < world.log().queues(); q++) {
      for (LedgerEvent event : next(q)) {
        apply(q, event, c);
        applied = true;
      }
    }
    if (applied) {
      world.invariants().tallied();
    }
    List<Plan> planned = world.planner().plans();
    for (; plansRead < planned.size(); plansRead++) {
      Plan p = planned.get(plansRead);
      plans.put(p.getBackfillId(), p);
      write(c, new CoordinatorEvent.PlanSeen(p));
    }
    for (; commandsRead < commands.size(); commandsRead++) {
      write(c, new CoordinatorEvent.CommandSeen(commands.get(commandsRead)));
    }
    for (; ordersRead < orders.size(); ordersRead++) {
      obey(orders.get(ordersRead), c);
    }
    write(c, new CoordinatorEvent.Tick());
  }

  /** In one transaction: the next rounds are in the ledger, and on their way to workers. */
  private void obey(Order order, Coordinator c) {
    List<LedgerEntry> found =
        ledger.values().stream()
            .filter(e -> e.getDescriptor().getBackfillId().equals(order.getBackfillId()))
            .filter(e -> e.getDescriptor().getQueue() == order.getQueue())
            .filter(e -> e.getDescriptor().getPartitionId().equals(order.getPartitionId()))
            .toList();
    found.stream()
        .flatMap(e -> Ledger.nextRound(e, order.getAt()).stream())
        .toList()
        .forEach(
            next -> {
              apply(order.getQueue(), new LedgerEvent.Planned(next), c);
              world.planner().retry(next);
            });
    String key = order.getBackfillId() + "|" + order.getQueue();
    if (tallies.containsKey(key)) {
      tallies.put(key, Tallies.ordered(tallies.get(key), order, found));
      write(c, new CoordinatorEvent.TallySeen(tallies.get(key)));
    }
  }

  /** Seals the sinks of files whose partitions are all done, as often as it takes to hear of it. */
  private void finish() {
    for (Progress p : progress.values()) {
      if (p.getState() == BackfillState.FINISHING && world.scheduler().chance(0.5)) {
        Set<String> files = new TreeSet<>();
        ledger.values().stream()
            .filter(e -> e.getDescriptor().getBackfillId().equals(p.getBackfillId()))
            .filter(e -> e.getState() == PartitionState.COMPLETED)
            .forEach(e -> e.getFiles().forEach(f -> files.add(f.getPath())));
        world.sink().seal(p.getBackfillId(), files);
        if (world.scheduler().chance(0.5)) {
          ask(CommandType.SINK_FINISHED, p.getBackfillId());
        }
      }
    }
  }

  /** Some more of a queue, work and checkpoints interleaved anyhow. */
  private List<LedgerEvent> next(int queue) {
    SimLog log = world.log();
    List<LedgerEvent> events = new ArrayList<>();
    long end = log.stableEnd(queue);
    for (int most = world.scheduler().between(0, 20); most > 0; most--) {
      boolean work = workRead[queue] < log.workEnd(queue);
      boolean reports = checkpointsRead[queue] < end;
      if (!work && !reports) {
        break;
      }
      if (work && (!reports || world.scheduler().chance(0.5))) {
        log.workAt(queue, workRead[queue]++).map(LedgerEvent.Planned::new).ifPresent(events::add);
      } else {
        log.seen(queue, checkpointsRead[queue]++)
            .map(s -> new LedgerEvent.Reported(s.checkpoint(), s.offset()))
            .ifPresent(events::add);
      }
    }
    return events;
  }

  private void apply(int queue, LedgerEvent event, Coordinator c) {
    LedgerEntry before = ledger.get(event.partition());
    Ledger.Applied applied = Ledger.apply(before, event);
    applied.finding().ifPresent(f -> world.invariants().finding(f));
    LedgerEntry after = applied.entry();
    if (Objects.equals(after, before)) {
      return;
    }
    ledger.put(event.partition(), after);
    Descriptor d = after.getDescriptor();
    Tally had =
        tallies.computeIfAbsent(
            d.getBackfillId() + "|" + queue,
            k -> Tallies.empty(d.getBackfillId(), "default", queue));
    Tally tally = Tallies.changed(had, before, after);
    tallies.put(d.getBackfillId() + "|" + queue, tally);
    write(c, new CoordinatorEvent.TallySeen(tally));
  }

  private void write(Coordinator c, CoordinatorEvent event) {
    writeOnce(c, event);
    if (world.faults().twice()) {
      writeOnce(c, event);
    }
  }

  private void writeOnce(Coordinator c, CoordinatorEvent event) {
    for (CoordinatorEffect effect : c.on(event, world.scheduler().now() + clockOff)) {
      switch (effect) {
        case CoordinatorEffect.PutProgress p ->
            progress.put(p.progress().getBackfillId(), p.progress());
        case CoordinatorEffect.PutDirective d -> {
          directives.put(d.directive().getBackfillId(), d.directive());
          directiveLog.add(d.directive());
          world.scheduler().note(() -> "    reconciler -> " + d.directive());
        }
        case CoordinatorEffect.PutOrder o -> orders.add(o.order());
        case CoordinatorEffect.PutDecision d -> {}
        case CoordinatorEffect.PutAlert a -> {}
        case CoordinatorEffect.Forget f -> throw new IllegalStateException("nobody archives");
      }
    }
  }

  /**
   * The ledger as it would be had the reconciler lost all it wrote and read its input again, in the
   * order of time.
   */
  Map<String, LedgerEntry> replayed() {
    Map<String, LedgerEntry> again = new TreeMap<>();
    for (int q = 0; q < world.log().queues(); q++) {
      long report = 0;
      for (long o = 0; o < workRead[q]; o++) {
        long before = Math.min(world.log().reportsBefore(q, o), checkpointsRead[q]);
        replay(again, q, report, before);
        report = Math.max(report, before);
        world.log().workAt(q, o).ifPresent(d -> replay(again, new LedgerEvent.Planned(d)));
      }
      replay(again, q, report, checkpointsRead[q]);
    }
    return again;
  }

  private void replay(Map<String, LedgerEntry> again, int queue, long from, long to) {
    for (long o = from; o < to; o++) {
      world
          .log()
          .seen(queue, o)
          .ifPresent(s -> replay(again, new LedgerEvent.Reported(s.checkpoint(), s.offset())));
    }
  }

  private static void replay(Map<String, LedgerEntry> again, LedgerEvent event) {
    again.put(event.partition(), Ledger.apply(again.get(event.partition()), event).entry());
  }
}
