package io.tidemark.schemas.registry;

import java.util.Optional;
import org.apache.avro.Schema;

/** What stands in a schema registry about the topics of a namespace. */
public final class Registry {

  private static final int CONFLICT = 409;

  private final RegistrySettings settings;
  private final RegistryClient client;

  Registry(RegistrySettings settings, RegistryClient client) {
    this.settings = settings;
    this.client = client;
  }

  /** Its addresses, without credentials; for messages. */
  public String shown() {
    return client.shown();
  }

  /** The subject of a topic's values. */
  public String subject(String topic, Schema schema) {
    return settings.subjects(false).subject(topic, false, schema);
  }

  /** Whether processes register what is missing. */
  public boolean autoRegister() {
    return settings.autoRegister();
  }

  /**
   * The compatibility level that a subject has of its own; empty: none.
   *
   * @throws RegistryUnavailableException if no registry answers in time
   * @throws RegistryException if the registry refuses
   */
  public Optional<String> compatibility(String subject) {
    return client.compatibility(subject);
  }

  /**
   * The id of a schema under a subject; empty if it is not there.
   *
   * @throws RegistryUnavailableException if no registry answers in time
   * @throws RegistryException if the registry refuses
   */
  public Optional<Integer> idOf(String subject, Schema schema) {
    return client.idOf(subject, schema);
  }

  /** Registers a schema and sets its subject's compatibility, where that is asked for. */
  void hold(String topic, Schema schema, String compatibility) {
    if (settings.autoRegister()) {
      String subject = subject(topic, schema);
      // Before the schema: the first one is then registered under the rule, too.
      Optional<String> wanted = Optional.of(compatibility);
      if (!client.compatibility(subject).equals(wanted)) {
        try {
          client.compatibility(subject, compatibility);
        } catch (RegistryException e) {
          // Apicurio's answer to the later one of two processes that start at the same time.
          if (e.status() != CONFLICT || !client.compatibility(subject).equals(wanted)) {
            throw e;
          }
        }
      }
    }
  }
}
