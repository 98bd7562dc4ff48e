package io.tidemark.cli;

/** What a command's exit code means (DESIGN §7). */
final class ExitCode {

  static final int DONE = 0;

  /** An error in Tidemark itself. */
  static final int INTERNAL = 1;

  /** The command line or the spec is wrong. */
  static final int USAGE = 2;

  /** The backfill ended with failed or cancelled partitions. */
  static final int FAILED_PARTITIONS = 3;

  /** Source and sink differ. */
  static final int MISMATCH = 4;

  /** Kafka, the source or the sink cannot be reached, or did not answer in time. */
  static final int UNREACHABLE = 5;

  /** Interrupted; running the same command again goes on. */
  static final int INTERRUPTED = 130;

  private ExitCode() {}
}
