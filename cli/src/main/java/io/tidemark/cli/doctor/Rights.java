package io.tidemark.cli.doctor;

import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.kafka.common.acl.AclOperation;

/** What this user may not do, and the rule (ACL) that would let it. */
final class Rights {

  private static final String CHECK = "rights";

  private Rights() {}

  /**
   * Operations that are needed and not allowed.
   *
   * @param allowed as Kafka tells; null where brokers have no authorizer
   */
  static Set<AclOperation> missing(Set<AclOperation> needed, Set<AclOperation> allowed) {
    if (allowed == null || allowed.contains(AclOperation.ALL)) {
      return Set.of();
    }
    Set<AclOperation> missing = new TreeSet<>(needed);
    missing.removeAll(allowed);
    return missing;
  }

  /**
   * This user lacks rights.
   *
   * @param resource {@code topic}, {@code group} or {@code transactional-id}, as kafka-acls.sh has
   *     them
   */
  static Finding lacking(Collection<AclOperation> operations, String resource, String name) {
    String options =
        operations.stream()
            .sorted()
            .map(o -> "--operation " + word(o))
            .collect(Collectors.joining(" "));
    return Finding.failed(
        CHECK,
        "this user lacks %s on %s %s"
            .formatted(
                operations.stream()
                    .sorted()
                    .map(AclOperation::name)
                    .collect(Collectors.joining(", ")),
                resource.replace('-', ' '),
                name),
        "kafka-acls.sh --add --allow-principal User:NAME %s --%s %s; docs/operations.md lists all rights"
            .formatted(options, resource, name));
  }

  /** {@code DescribeConfigs}. */
  private static String word(AclOperation operation) {
    return Arrays.stream(operation.name().split("_"))
        .map(w -> w.charAt(0) + w.substring(1).toLowerCase(Locale.ROOT))
        .collect(Collectors.joining());
  }
}
