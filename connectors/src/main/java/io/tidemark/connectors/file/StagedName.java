package io.tidemark.connectors.file;

import io.tidemark.core.retry.TaskException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a chunk's file; see {@link Staging} for all names.
 *
 * @param partition the partition id's last part
 * @param fence of the claim that wrote it
 * @param chunk number within the claim
 */
record StagedName(String partition, long fence, int chunk) {

  /** The folder below the sink's that holds all that is not finished. */
  static final String FOLDER = "_tidemark";

  private static final Pattern SAFE = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]*");
  private static final Pattern CHUNK =
      Pattern.compile("([0-9.]+)-([0-9]{1,18})-([0-9]{1,9})\\.[a-z]+");
  private static final Pattern ENTRY = Pattern.compile("([0-9]{1,18})(-[0-9]+\\.tmp)?");

  /** The parts of such a name; empty if it is none. */
  static Optional<StagedName> of(String name) {
    Matcher m = CHUNK.matcher(name);
    return m.matches()
        ? Optional.of(
            new StagedName(m.group(1), Long.parseLong(m.group(2)), Integer.parseInt(m.group(3))))
        : Optional.empty();
  }

  /** The fence of a claim's marker, or of a chunk in the making; empty if it is neither. */
  static OptionalLong fenceOf(String entry) {
    Matcher m = ENTRY.matcher(entry);
    return m.matches() ? OptionalLong.of(Long.parseLong(m.group(1))) : OptionalLong.empty();
  }

  /** Where a backfill's files lie until it is complete. */
  static String folder(String backfill) throws TaskException {
    if (!SAFE.matcher(backfill).matches()) {
      throw TaskException.fatal("backfill '" + backfill + "' is no file name");
    }
    return FOLDER + "/" + backfill;
  }

  /** Where the claims of a backfill are marked, a folder for each partition. */
  static String claims(String backfill) throws TaskException {
    return folder(backfill) + "/claims";
  }

  /** What file names call a partition. */
  static String partition(String id) throws TaskException {
    String partition = id.substring(id.lastIndexOf('/') + 1);
    if (!SAFE.matcher(partition).matches()) {
      throw TaskException.fatal("partition '" + id + "' is no file name");
    }
    return partition;
  }

  /** Where the manifest of a backfill stands. */
  static String manifest(String backfill) {
    return "_manifest-" + backfill + ".json";
  }
}
