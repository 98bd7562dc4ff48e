package io.tidemark.core.coordinator;

import io.tidemark.schemas.avro.Alert;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** The alerts that stand: one is told when it is raised, gets worse, says much else, or is over. */
final class OpenAlerts {

  /** One that only says something else is told again no sooner than this, milliseconds. */
  private static final long REPEAT_MS = 60_000;

  /** Over only if it was not so for this long: what comes and goes is one alert. */
  private static final long CALM_MS = 10_000;

  private final Map<String, Alert> open = new HashMap<>();
  private final Map<String, Long> seen = new HashMap<>();

  /** Takes what is remembered from before a restart, but what is over or of another's judgement. */
  void restored(Collection<Alert> alerts) {
    for (Alert a : alerts) {
      if (a.getResolvedAt() == null && Judge.KINDS.contains(a.getKind())) {
        open.put(a.getAlertId(), a);
      }
    }
  }

  /**
   * What is to be told of one backfill.
   *
   * @param now everything that is so
   */
  List<Alert> compare(String backfill, List<Alert> now, long at) {
    List<Alert> tell = new ArrayList<>();
    Set<String> standing = new HashSet<>();
    for (Alert a : now) {
      standing.add(a.getAlertId());
      seen.put(a.getAlertId(), at);
      Alert before = open.get(a.getAlertId());
      if (before == null || worthTelling(before, a)) {
        open.put(a.getAlertId(), a);
        tell.add(a);
      }
    }
    tell.addAll(
        close(
            a ->
                a.getBackfillId().equals(backfill)
                    && !standing.contains(a.getAlertId())
                    && at - seen.computeIfAbsent(a.getAlertId(), id -> at) >= CALM_MS,
            at));
    return tell;
  }

  private static boolean worthTelling(Alert before, Alert now) {
    return before.getSeverity() != now.getSeverity()
        || (!before.getMessage().equals(now.getMessage())
            && now.getAt() - before.getAt() >= REPEAT_MS);
  }

  /** Ends all alerts of a backfill that is gone. */
  List<Alert> forget(String backfill, long at) {
    return close(a -> a.getBackfillId().equals(backfill), at);
  }

  private List<Alert> close(Predicate<Alert> over, long at) {
    List<Alert> closed = open.values().stream().filter(over).toList();
    closed.forEach(
        a -> {
          open.remove(a.getAlertId());
          seen.remove(a.getAlertId());
        });
    return closed.stream().map(a -> Alert.newBuilder(a).setResolvedAt(at).build()).toList();
  }
}
