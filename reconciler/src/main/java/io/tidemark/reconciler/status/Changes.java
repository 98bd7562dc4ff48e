package io.tidemark.reconciler.status;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.schemas.avro.Alert;
import io.tidemark.schemas.avro.Decision;
import io.tidemark.schemas.avro.Progress;
import io.tidemark.schemas.avro.WorkerHeartbeat;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.apache.avro.specific.SpecificRecord;

/** What there is to tell of one moment after another. */
final class Changes {

  private Changes() {}

  /**
   * What is known at a moment.
   *
   * @param alerts newest first
   * @param decisions newest first
   */
  record Moment(
      List<Progress> backfills,
      List<WorkerHeartbeat> workers,
      List<Alert> alerts,
      List<Decision> decisions) {

    static final Moment NOTHING = new Moment(List.of(), List.of(), List.of(), List.of());
  }

  /**
   * Something that listeners want to hear.
   *
   * @param name kind of event
   * @param backfill that it is about; empty: all
   */
  record Event(String name, Optional<String> backfill, JsonNode data) {}

  /** What the later moment has that the earlier has not, alerts and decisions oldest first. */
  static List<Event> between(Moment before, Moment after) {
    List<Event> events = new ArrayList<>();
    fresh(before.backfills(), after.backfills(), "progress", Progress::getBackfillId, events);
    if (!before.workers().equals(after.workers())) {
      JsonNode all = Json.object().set("workers", Json.array(after.workers()));
      events.add(new Event("workers", Optional.empty(), all));
    }
    fresh(before.alerts(), after.alerts().reversed(), "alert", Alert::getBackfillId, events);
    fresh(
        before.decisions(),
        after.decisions().reversed(),
        "decision",
        d -> d.getCommand().getBackfillId(),
        events);
    return events;
  }

  private static <T extends SpecificRecord> void fresh(
      List<T> before,
      List<T> after,
      String name,
      Function<T, String> backfill,
      List<Event> events) {
    Set<T> known = new HashSet<>(before);
    for (T t : after) {
      if (!known.contains(t)) {
        events.add(new Event(name, Optional.of(backfill.apply(t)), Json.of(t)));
      }
    }
  }
}
