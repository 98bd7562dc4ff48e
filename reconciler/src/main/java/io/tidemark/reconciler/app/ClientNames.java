package io.tidemark.reconciler.app;

import io.tidemark.schemas.registry.RegistrySettings;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigException;

/** Tells Kafka's client properties from typing errors. */
final class ClientNames {

  /** What users may name freely: parameters of their own config providers. */
  private static final String PROVIDERS = "config.providers";

  private ClientNames() {}

  /**
   * Checks that each name is a property of some Kafka client.
   *
   * @param ours names that a typing error may have meant, too
   * @throws ConfigException naming all that are not, each with the nearest name
   */
  static void check(Collection<String> names, Collection<String> ours) {
    Set<String> known = new TreeSet<>(ours);
    known.addAll(AdminClientConfig.configNames());
    known.addAll(ConsumerConfig.configNames());
    known.addAll(ProducerConfig.configNames());
    known.addAll(RegistrySettings.names());
    List<String> errors = new ArrayList<>();
    for (String name : new TreeSet<>(names)) {
      if (!known.contains(name) && !RegistrySettings.owns(name) && !name.startsWith(PROVIDERS)) {
        errors.add("unknown setting " + name + "; did you mean " + nearest(name, known) + "?");
      }
    }
    if (!errors.isEmpty()) {
      throw new ConfigException(String.join("\n", errors));
    }
  }

  private static String nearest(String name, Set<String> known) {
    String best = "";
    int least = Integer.MAX_VALUE;
    for (String candidate : known) {
      int distance = distance(name, candidate);
      if (distance < least) {
        least = distance;
        best = candidate;
      }
    }
    return best;
  }

  /** Levenshtein distance: single-character edits from one text to the other. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
