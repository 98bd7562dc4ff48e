package io.tidemark.core.plan;

/** Names of partitions: {@code <backfill>/<6-digit ordinal>}, children {@code <parent>.<n>}. */
public final class PartitionIds {

  private PartitionIds() {}

  /** Id of the partition at a position of the plan; sorts as text up to a million, then longer. */
  public static String of(String backfill, long ordinal) {
    String digits = Long.toString(ordinal);
    return backfill + "/" + "0".repeat(Math.max(0, 6 - digits.length())) + digits;
  }

  /** Least text above every partition id of a backfill, to end a range scan with. */
  public static String end(String backfill) {
    return backfill + "0";
  }

  /** Greatest text below every partition id of a backfill, to start a range scan with. */
  public static String start(String backfill) {
    return backfill + "/";
  }
}
