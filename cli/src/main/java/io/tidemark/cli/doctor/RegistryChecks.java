package io.tidemark.cli.doctor;

import io.tidemark.schemas.registry.RecordSerdes;
import io.tidemark.schemas.registry.Registry;
import io.tidemark.schemas.registry.RegistryException;
import io.tidemark.schemas.registry.RegistryUnavailableException;
import io.tidemark.schemas.topic.TopicDefinition;
import io.tidemark.schemas.topic.Topics;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.avro.Schema;

/** The schema registry, if the settings name one: whether it answers, and what it has of ours. */
final class RegistryChecks {

  private static final String CHECK = "schema registry";

  private final RecordSerdes serdes;
  private final Topics topics;

  RegistryChecks(RecordSerdes serdes, Topics topics) {
    this.serdes = serdes;
    this.topics = topics;
  }

  /** Asks and changes nothing; nothing to say where there is no registry. */
  List<Finding> look(Set<String> domains) {
    if (serdes.registry().isEmpty()) {
      return serdes.foreign().stream()
          .map(
              classes ->
                  Finding.ok(CHECK, "not looked at: only " + classes + " know how to ask it"))
          .toList();
    }
    try {
      return look(serdes.registry().get(), domains);
    } catch (RegistryUnavailableException e) {
      return List.of(
          Finding.unreachable(
              CHECK,
              e.getMessage(),
              "what runs goes on without it, and can be paused and resumed; what starts does not,"
                  + " and ends with exit code 5"));
    } catch (RegistryException e) {
      return List.of(Finding.failed(CHECK, e.getMessage(), "mend --command-config"));
    }
  }

  private List<Finding> look(Registry registry, Set<String> domains) {
    List<String> absent = new ArrayList<>();
    List<String> loose = new ArrayList<>();
    Map<String, Schema> subjects = subjects(registry, domains);
    subjects.forEach(
        (subject, schema) -> {
          if (registry.idOf(subject, schema).isEmpty()) {
            absent.add(subject);
          } else if (!registry
              .compatibility(subject)
              .equals(Optional.of(RecordSerdes.COMPATIBILITY))) {
            loose.add(subject);
          }
        });
    List<Finding> findings = new ArrayList<>();
    if (!absent.isEmpty()) {
      String what =
          "%s has no schema of this release under %s"
              .formatted(registry.shown(), String.join(", ", absent));
      findings.add(
          registry.autoRegister()
              ? Finding.warning(CHECK, what, "processes register it when they start")
              : Finding.failed(
                  CHECK, what, "register it: auto.register.schemas=false, so nobody else will"));
    }
    if (!loose.isEmpty()) {
      findings.add(
          Finding.warning(
              CHECK,
              "the compatibility of %s is not %s: a schema could come that this release cannot read"
                  .formatted(String.join(", ", loose), RecordSerdes.COMPATIBILITY),
              "set it: PUT /config/SUBJECT {\"compatibility\": \""
                  + RecordSerdes.COMPATIBILITY
                  + "\"}"));
    }
    if (findings.isEmpty()) {
      findings.add(
          Finding.ok(
              CHECK,
              "answers at %s; %d subjects as they must be"
                  .formatted(registry.shown(), subjects.size())));
    }
    return findings;
  }

  private Map<String, Schema> subjects(Registry registry, Set<String> domains) {
    Map<String, Schema> subjects = new LinkedHashMap<>();
    for (TopicDefinition t : topics.definitions(domains, 1)) {
      if (RecordSerdes.mayTravelByRegistry(t.value())) {
        subjects.put(registry.subject(t.name(), t.value()), t.value());
      }
    }
    return subjects;
  }
}
