package io.tidemark.reconciler.flow;

import io.tidemark.schemas.avro.Failure;
import io.tidemark.schemas.avro.FailureKind;
import io.tidemark.schemas.avro.LedgerEntry;
import io.tidemark.schemas.avro.PartitionState;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Failures of partitions, folded by their cause: kind, code, and message but for the numbers in it,
 * which tell one row or attempt from another. Memory is bounded; used by one thread.
 */
public final class Causes {

  /** Causes told apart; what comes later counts as one, {@link #OTHERS}. */
  static final int MAX = 200;

  static final String OTHERS = "other causes";

  private static final Pattern NUMBER = Pattern.compile("\\d+");

  /**
   * Partitions with the same cause.
   *
   * @param message of one of them
   * @param partitions that have it, failed or waiting for the next attempt
   * @param failed those of them that are FAILED
   * @param example id of one of them
   */
  public record Group(
      FailureKind kind, String code, String message, long partitions, long failed, String example) {

    private Group and(Group one) {
      return new Group(
          kind, code, message, partitions + one.partitions, failed + one.failed, example);
    }
  }

  private record Cause(FailureKind kind, String code, String shape) {}

  private final Map<Cause, Group> groups = new LinkedHashMap<>();

  /** Takes an entry into account; one without an error does not count. */
  public void add(LedgerEntry entry) {
    Failure error = entry.getError();
    if (error == null) {
      return;
    }
    String id = entry.getDescriptor().getPartitionId();
    long failed = entry.getState() == PartitionState.FAILED ? 1 : 0;
    Cause cause =
        new Cause(
            error.getKind(),
            error.getCode(),
            NUMBER.matcher(error.getMessage()).replaceAll("#"));
    if (groups.size() < MAX || groups.containsKey(cause)) {
      groups.merge(
          cause,
          new Group(error.getKind(), error.getCode(), error.getMessage(), 1, failed, id),
          Group::and);
    } else {
      groups.merge(
          new Cause(FailureKind.UNKNOWN, "", OTHERS),
          new Group(FailureKind.UNKNOWN, "", OTHERS, 1, failed, id),
          Group::and);
    }
  }

  /** All causes, the most frequent first. */
  public List<Group> groups() {
    return groups.values().stream()
        .sorted(Comparator.comparingLong(Group::partitions).reversed())
        .toList();
  }
}
