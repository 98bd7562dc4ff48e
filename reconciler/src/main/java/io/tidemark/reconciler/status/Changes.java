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

/** What there is to tell: of one moment after another, and of what came meanwhile. */
final class Changes {

  private Changes() {}

  /** How backfills and workers are at a moment. */
  record Moment(List<Progress> backfills, List<WorkerHeartbeat> workers) {

    static final Moment NOTHING = new Moment(List.of(), List.of());
  }

  /**
   * Something that listeners want to hear.
   *
   * @param name kind of event
   * @param backfill that it is about; empty: all
   */
  record Event(String name, Optional<String> backfill, JsonNode data) {}

  /** What the later moment has that the earlier has not. */
  static List<Event> between(Moment before, Moment after) {
    List<Event> events = new ArrayList<>();
    Set<Progress> known = new HashSet<>(before.backfills());
    for (Progress p : after.backfills()) {
      if (!known.contains(p)) {
        events.add(new Event("progress", Optional.of(p.getBackfillId()), Json.of(p)));
      }
    }
    if (!before.workers().equals(after.workers())) {
      JsonNode all = Json.object().set("workers", Json.array(after.workers()));
      events.add(new Event("workers", Optional.empty(), all));
    }
    return events;
  }

  static Event of(Alert a) {
    return new Event("alert", Optional.of(a.getBackfillId()), Json.of(a));
  }

  static Event of(Decision d) {
    return new Event("decision", Optional.of(d.getCommand().getBackfillId()), Json.of(d));
  }
}
