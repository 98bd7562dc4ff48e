package io.tidemark.worker.flow;

import io.tidemark.connectors.Route;
import io.tidemark.connectors.api.Probing;
import io.tidemark.core.retry.TaskException;
import io.tidemark.core.throttle.Brake;
import io.tidemark.schemas.avro.Pressure;
import io.tidemark.schemas.spec.Probe;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The health probes of one backfill at one worker: asks them all, and slows the backfill down as
 * the most worried of them wants. For one thread, but for {@link #pressures}.
 */
final class Probes {

  private static final Logger log = LoggerFactory.getLogger(Probes.class);
  private static final Duration PATIENCE = Duration.ofSeconds(4);

  /** What one probe said; of one that failed, NaN and why. */
  private record Look(double value, String failure) {}

  private final String backfill;
  private final List<Probe> probes;
  private final Throttle throttle;
  private final Map<Probe, Brake> brakes = new LinkedHashMap<>();
  private volatile List<Pressure> pressures = List.of();

  Probes(String backfill, List<Probe> probes, Throttle throttle) {
    this.backfill = backfill;
    this.probes = probes;
    this.throttle = throttle;
  }

  /** What they said when they were asked last. */
  List<Pressure> pressures() {
    return pressures;
  }

  /** Asks them all, over an open route. */
  void ask(Route route) {
    List<Pressure> told = new ArrayList<>();
    for (Probe probe : probes) {
      Look look = look(probe, route);
      Brake before = brakes.getOrDefault(probe, Brake.OFF);
      Brake after = before.after(look.value(), limit(probe));
      brakes.put(probe, after);
      Pressure now = pressure(probe, look, after);
      tell(now);
      told.add(now);
    }
    pressures = List.copyOf(told);
    throttle.factor(brakes.values().stream().mapToDouble(Brake::factor).min().orElse(1));
  }

  /** Nobody runs the backfill here any more: lets go of it. */
  void rest() {
    brakes.clear();
    pressures = List.of();
    throttle.factor(1);
  }

  private Look look(Probe probe, Route route) {
    try {
      return new Look(
          switch (probe) {
            case Probe.Sql p -> of(route, p.on()).ask(p.sql(), PATIENCE);
            case Probe.ReplicationLag p -> of(route, p.on()).replicationLag(PATIENCE);
            case Probe.ChunkLatency p -> throttle.chunkSeconds();
          },
          "");
    } catch (TaskException e) {
      return new Look(Double.NaN, e.getMessage());
    }
  }

  private static Probing of(Route route, Probe.Side side) throws TaskException {
    Optional<Probing> asked =
        switch (side) {
          case SOURCE -> route.source().probing();
          case SINK -> route.sink().probing();
        };
    return asked.orElseThrow(
        () ->
            TaskException.fatal(
                "this kind of " + side.name().toLowerCase(Locale.ROOT) + " cannot be asked"));
  }

  private static double limit(Probe probe) {
    return switch (probe) {
      case Probe.Sql p -> p.limit();
      case Probe.ReplicationLag p -> p.limit().toNanos() / 1e9;
      case Probe.ChunkLatency p -> p.limit().toNanos() / 1e9;
    };
  }

  private Pressure pressure(Probe probe, Look look, Brake brake) {
    String name =
        switch (probe) {
          case Probe.Sql p -> p.name();
          case Probe.ReplicationLag p ->
              p.on().name().toLowerCase(Locale.ROOT) + "'s " + probe.name();
          case Probe.ChunkLatency p -> probe.name();
        };
    String unit = probe instanceof Probe.Sql ? "" : " s";
    String message =
        !look.failure().isEmpty()
            ? "%s cannot be asked: %s".formatted(name, look.failure())
            : brake.factor() == 1
                ? ""
                : String.format(
                    Locale.ROOT,
                    "%s is %.3g%s, limit %.3g%s: %s",
                    name,
                    look.value(),
                    unit,
                    limit(probe),
                    unit,
                    brake.holds()
                        ? "no chunk starts"
                        : "slowed to %d %%".formatted(Math.round(100 * brake.factor())));
    return new Pressure(backfill, name, look.value(), limit(probe), brake.factor(), message);
  }

  /** Says what changed: that it slows down, holds, goes on, or fails; not every step. */
  private void tell(Pressure now) {
    Pressure before =
        pressures.stream()
            .filter(p -> p.getProbe().equals(now.getProbe()))
            .findFirst()
            .orElse(Pressure.newBuilder(now).setFactor(1).setValue(0).setMessage("").build());
    if (Double.isNaN(now.getValue()) != Double.isNaN(before.getValue())
        || band(now) != band(before)) {
      log.info(
          "backfill {}: {}",
          backfill,
          now.getMessage().isEmpty() ? now.getProbe() + " is fine again" : now.getMessage());
    }
  }

  private static int band(Pressure p) {
    return p.getFactor() == 0 ? 0 : p.getFactor() < 1 ? 1 : 2;
  }
}
