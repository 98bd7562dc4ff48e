package io.tidemark.cli;

/** What a command's exit code means (DESIGN §7). */
public final class ExitCode {

  /** All that was asked for is done. */
  public static final int DONE = 0;

  /** An error in Tidemark itself. */
  public static final int INTERNAL = 1;

  /** The command line or the spec is wrong. */
  public static final int USAGE = 2;

  /** The backfill ended with failed or cancelled partitions. */
  public static final int FAILED_PARTITIONS = 3;

  /** Source and sink differ. */
  public static final int MISMATCH = 4;

  /** Kafka, the source or the sink cannot be reached, or did not answer in time. */
  public static final int UNREACHABLE = 5;

  /** Interrupted; running the same command again goes on. */
  public static final int INTERRUPTED = 130;

  private ExitCode() {}
}
