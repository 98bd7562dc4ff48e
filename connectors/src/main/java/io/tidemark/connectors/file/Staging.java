package io.tidemark.connectors.file;

import io.tidemark.connectors.api.Claim;
import io.tidemark.core.retry.FencedException;
import io.tidemark.core.retry.TaskException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * Where a claim's files lie before the backfill is complete. Below the sink's folder:
 *
 * <pre>
 * _tidemark/&lt;backfill&gt;/&lt;partition&gt;-&lt;fence&gt;-&lt;n&gt;.parquet   finished; counts once the ledger names it
 * _tidemark/&lt;backfill&gt;/claims/&lt;partition&gt;/&lt;fence&gt;             marks a claim; the largest is the valid one
 * _tidemark/&lt;backfill&gt;/claims/&lt;partition&gt;/&lt;fence&gt;-&lt;n&gt;.tmp     a chunk in the making
 * </pre>
 *
 * <p>Markers are only ever added, so the largest never falls, without a lock. A writer that was
 * overtaken between looking at them and renaming its file leaves a file that nobody names: what
 * makes it exact is the ledger. The markers only make a stale writer stop early.
 */
final class Staging {

  /** The folder below the sink's that holds all that is not finished. */
  static final String FOLDER = "_tidemark";

  private static final Pattern SAFE = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]*");

  private final Path root;
  private final Claim claim;
  private final String ending;
  private final String partition;
  private final Path folder;
  private final Path claims;
  private int chunk;

  Staging(Path root, Claim claim, FileFormat format) throws TaskException {
    this.root = root;
    this.claim = claim;
    this.ending = format.endings().getFirst();
    this.folder = folder(root, claim.backfill());
    this.partition = claim.partition().substring(claim.partition().lastIndexOf('/') + 1);
    if (!SAFE.matcher(partition).matches()) {
      throw TaskException.fatal("partition '" + claim.partition() + "' is no file name");
    }
    this.claims = folder.resolve("claims").resolve(partition);
  }

  static Path folder(Path root, String backfill) throws TaskException {
    if (!SAFE.matcher(backfill).matches()) {
      throw TaskException.fatal("backfill '" + backfill + "' is no file name");
    }
    return root.resolve(FOLDER).resolve(backfill);
  }

  /** Raises the fence, and removes what older claims left in the making. */
  void raise() throws TaskException {
    try {
      Files.createDirectories(claims);
      refuseNewer();
      Path marker = claims.resolve(Long.toString(claim.fence()));
      if (!Files.exists(marker)) {
        SyncedFile.create(marker).finish();
        SyncedFile.syncFolder(claims);
      }
      refuseNewer();
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(claims)) {
        for (Path entry : entries) {
          if (fence(entry) < claim.fence()) {
            Files.deleteIfExists(entry);
          }
        }
      }
    } catch (FileAlreadyExistsException e) {
      // Another lane of the same claim made the marker between the look and the creation.
      refuseNewer();
    } catch (IOException e) {
      throw FileErrors.writing(claims, e);
    }
  }

  /**
   * @throws FencedException if the claim is no longer the newest
   */
  void check() throws TaskException {
    if (!Files.exists(claims.resolve(Long.toString(claim.fence())))) {
      refuseNewer();
      throw fenced("its folder " + folder + " is gone, as it is once the backfill is finished");
    }
    refuseNewer();
  }

  private void refuseNewer() throws TaskException {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(claims)) {
      for (Path entry : entries) {
        long other = fence(entry);
        if (other > claim.fence()) {
          throw fenced("a claim with fence " + other + " is at work");
        }
      }
    } catch (NoSuchFileException e) {
      throw fenced("its folder " + folder + " is gone, as it is once the backfill is finished");
    } catch (IOException e) {
      throw FileErrors.reading(claims, e);
    }
  }

  private FencedException fenced(String detail) {
    return new FencedException(claim.partition(), claim.fence(), detail);
  }

  // Of a marker, or of a chunk in the making.
  private long fence(Path entry) throws TaskException {
    String name = entry.getFileName().toString();
    int dash = name.indexOf('-');
    try {
      return Long.parseLong(dash < 0 ? name : name.substring(0, dash));
    } catch (NumberFormatException e) {
      throw new TaskException(
          io.tidemark.schemas.avro.FailureKind.FATAL,
          "",
          entry + " is none of Tidemark's files; remove it",
          e);
    }
  }

  /**
   * A chunk in the making.
   *
   * @param made where it is written
   * @param finished where it is renamed to
   */
  record Chunk(Path made, Path finished, SyncedFile file) {}

  /** Begins a chunk under a name that no other has had, not even of the same claim. */
  Chunk create() throws TaskException {
    Path made = claims;
    try {
      while (true) {
        made = claims.resolve(claim.fence() + "-" + chunk + ".tmp");
        Path finished = folder.resolve(partition + "-" + claim.fence() + "-" + chunk + ending);
        chunk++;
        if (Files.exists(finished) || Files.exists(made)) {
          continue;
        }
        SyncedFile file = SyncedFile.create(made);
        // Looked at again: it may have been finished before ours was made.
        if (!Files.exists(finished)) {
          return new Chunk(made, finished, file);
        }
        file.close();
        Files.delete(made);
      }
    } catch (NoSuchFileException e) {
      throw fenced("its folder " + folder + " is gone, as it is once the backfill is finished");
    } catch (IOException e) {
      throw FileErrors.writing(made, e);
    }
  }

  /** Path of a finished file relative to the sink's folder, with {@code /} between the names. */
  String relative(Path finished) {
    return root.relativize(finished).toString().replace('\\', '/');
  }
}
