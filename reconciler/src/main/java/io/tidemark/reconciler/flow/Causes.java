package io.tidemark.reconciler.flow;

import io.tidemark.schemas.avro.Failure;
import io.tidemark.schemas.avro.FailureKind;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Failures of partitions, or of rows, folded by their cause: kind, code, and message but for the
 * numbers in it, which tell one row or attempt from another. Memory is bounded; used by one thread.
 */
public final class Causes {

  /** Causes told apart; what comes later counts as one, {@link #OTHERS}. */
  static final int MAX = 200;

  static final String OTHERS = "other causes";

  private static final Pattern NUMBER = Pattern.compile("\\d+");

  /**
   * What has the same cause.
   *
   * @param message of one of them
   * @param count of those that have it
   * @param failed those of them that ended so
   * @param example partition id of one of them
   */
  public record Group(
      FailureKind kind, String code, String message, long count, long failed, String example) {

    private Group and(Group one) {
      return new Group(kind, code, message, count + one.count, failed + one.failed, example);
    }
  }

  private record Cause(FailureKind kind, String code, String shape) {}

  private final Map<Cause, Group> groups = new LinkedHashMap<>();

  /**
   * Takes a failure into account.
   *
   * @param partition that has it
   * @param ended whether there is no further attempt
   */
  public void add(String partition, Failure error, boolean ended) {
    long failed = ended ? 1 : 0;
    Cause cause =
        new Cause(
            error.getKind(), error.getCode(), NUMBER.matcher(error.getMessage()).replaceAll("#"));
    if (groups.size() < MAX || groups.containsKey(cause)) {
      groups.merge(
          cause,
          new Group(error.getKind(), error.getCode(), error.getMessage(), 1, failed, partition),
          Group::and);
    } else {
      groups.merge(
          new Cause(FailureKind.UNKNOWN, "", OTHERS),
          new Group(FailureKind.UNKNOWN, "", OTHERS, 1, failed, partition),
          Group::and);
    }
  }

  /** All causes, the most frequent first. */
  public List<Group> groups() {
    return groups.values().stream()
        .sorted(Comparator.comparingLong(Group::count).reversed())
        .toList();
  }
}
