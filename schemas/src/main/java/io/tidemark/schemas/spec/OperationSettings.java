package io.tidemark.schemas.spec;

import java.util.List;
import java.util.Optional;

/**
 * How a backfill gets along with others and with the people who run it.
 *
 * @param limits what it may use at most
 * @param priority from 0 to 9; higher ones are admitted first and get more lanes
 * @param window when it may run; empty: always
 * @param approval whether it waits for the command {@code approve} before it starts
 * @param probes what slows it down
 */
public record OperationSettings(
    LimitSettings limits,
    int priority,
    Optional<ChangeWindow> window,
    boolean approval,
    List<Probe> probes) {

  public OperationSettings {
    probes = List.copyOf(probes);
  }
}
