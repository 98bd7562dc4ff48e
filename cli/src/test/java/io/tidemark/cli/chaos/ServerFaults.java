package io.tidemark.cli.chaos;

import static io.tidemark.cli.chaos.WorkerFaults.between;

import io.tidemark.cli.chaos.Injury.Hurts;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/** What may happen to what workers depend on. One fault of each kind at a time. */
final class ServerFaults {

  private final Brokers brokers;
  private final Database database;
  private final Crew crew;
  private boolean brokerDown;
  private boolean networkBroken;

  ServerFaults(Brokers brokers, Database database, Crew crew) {
    this.brokers = brokers;
    this.database = database;
    this.crew = crew;
  }

  /** The disk that files go to has not one byte left. */
  static Fault diskFull(Disk disk) {
    return new Fault(
        "disk full at a file sink",
        chance -> {
          if (disk.filled()) {
            return Optional.empty();
          }
          disk.fill();
          return Optional.of(
              new Injury(
                  Campaign.DISK,
                  new Hurts.Backfills(Campaign.FILE),
                  between(chance, 1_000, 6_000),
                  disk::free));
        });
  }

  List<Fault> all() {
    return List.of(
        new Fault("broker SIGKILL, restarted", this::killBroker),
        new Fault("PostgreSQL immediate stop, restarted", this::stopDatabase),
        new Fault("connections to PostgreSQL cut", this::cut),
        new Fault("connections to PostgreSQL cut and refused", this::refuse),
        new Fault("connections to PostgreSQL delayed", this::delay),
        new Fault("slow sink", this::throttle),
        new Fault("reconciler SIGKILL, restarted", this::killReconciler));
  }

  private Optional<Injury> killBroker(SplittableRandom chance) {
    if (brokerDown) {
      return Optional.empty();
    }
    int i = chance.nextInt(Brokers.COUNT);
    brokers.kill(i);
    brokerDown = true;
    return Optional.of(
        new Injury(
            "broker " + i,
            new Hurts.All(false),
            between(chance, 500, 6_000),
            () -> {
              brokers.restart(i);
              brokerDown = false;
            }));
  }

  private Optional<Injury> stopDatabase(SplittableRandom chance) throws Exception {
    if (!database.up()) {
      return Optional.empty();
    }
    database.stopNow();
    return Optional.of(
        new Injury(
            "server", new Hurts.All(true), between(chance, 300, 4_000), database::startAgain));
  }

  private Optional<Injury> cut(SplittableRandom chance) {
    database.network(Proxy::cut);
    return Optional.of(new Injury("all", new Hurts.All(true), between(chance, 100, 200), () -> {}));
  }

  private Optional<Injury> refuse(SplittableRandom chance) {
    return network(
        between(chance, 500, 4_000),
        true,
        p -> {
          p.refuse(true);
          p.cut();
        });
  }

  private Optional<Injury> delay(SplittableRandom chance) {
    int ms = chance.nextInt(100, 400);
    return network(between(chance, 3_000, 6_000), false, p -> p.delay(ms));
  }

  private Optional<Injury> throttle(SplittableRandom chance) {
    int perSecond = chance.nextInt(2_000, 10_000);
    return network(between(chance, 3_000, 6_000), false, p -> p.throttle(perSecond));
  }

  private Optional<Injury> network(Duration lasts, boolean losesChunks, Consumer<Proxy> breaks) {
    if (networkBroken) {
      return Optional.empty();
    }
    networkBroken = true;
    database.network(breaks);
    return Optional.of(
        new Injury(
            "all",
            new Hurts.All(losesChunks),
            lasts,
            () -> {
              database.network(Proxy::heal);
              networkBroken = false;
            }));
  }

  private Optional<Injury> killReconciler(SplittableRandom chance) {
    if (!crew.reconcilerWell()) {
      return Optional.empty();
    }
    crew.killReconciler();
    return Optional.of(
        new Injury(
            "reconciler",
            new Hurts.Reconciler(),
            between(chance, 0, 5_000),
            crew::startReconciler));
  }
}
