package io.tidemark.connectors.iceberg;

import io.tidemark.connectors.api.Manifest;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.CommittedFile;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotAncestryValidator;
import org.apache.iceberg.Table;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.io.SupportsPrefixOperations;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one commit of a backfill: all files of the ledger's manifest become part of the table in one
 * snapshot, whose summary names the backfill.
 *
 * <p>Exactly once, whatever is run again or at the same time: a snapshot of that backfill in the
 * table means that it is done. It is looked for before, and again by Iceberg within each try of the
 * commit, against the very snapshots that the new one would follow. Two commits cannot both follow
 * the same snapshot; so, if the reply to one was lost, either it arrives and the next try finds it,
 * or the next try wins and the late one is refused by the catalog.
 */
final class Append {

  /** Keys of the snapshot's summary. */
  static final String BACKFILL = "tidemark.backfill-id";

  static final String ROWS = "tidemark.rows";
  static final String DIGEST = "tidemark.digest";

  private static final Logger log = LoggerFactory.getLogger(Append.class);

  private final Table table;
  private final String branch;
  private final Manifest manifest;
  private final Places places;

  Append(Table table, String branch, Manifest manifest) throws TaskException {
    this.table = table;
    this.branch = branch;
    this.manifest = manifest;
    this.places = new Places(table, manifest.backfill());
  }

  /** The snapshot that a backfill was committed with, on whatever branch. */
  static Optional<Snapshot> snapshot(Table table, String backfill) {
    for (Snapshot s : table.snapshots()) {
      if (backfill.equals(s.summary().get(BACKFILL))) {
        return Optional.of(s);
      }
    }
    return Optional.empty();
  }

  /**
   * Commits, unless that is done; then removes what the ledger does not name.
   *
   * @throws TaskException TRANSIENT if it is to be called again
   */
  void run() throws TaskException {
    try {
      refuseNonsense();
      if (!isCommitted()) {
        commit(new Footers(table, places).read(manifest.files()));
      }
    } catch (CommitStateUnknownException e) {
      // Calling again finds out: nothing may be concluded from not seeing it now.
      throw Errors.of("the reply to the commit to " + table.name() + " was lost", e);
    } catch (RuntimeException e) {
      throw Errors.of("cannot commit to " + table.name(), e);
    }
    removeRest();
  }

  private void refuseNonsense() throws TaskException {
    Set<String> paths = new HashSet<>();
    long rows = 0;
    for (CommittedFile f : manifest.files()) {
      if (!paths.add(f.getPath())) {
        throw TaskException.fatal(
            "the ledger of %s names %s twice".formatted(manifest.backfill(), f.getPath()));
      }
      rows += f.getRows();
    }
    if (rows != manifest.rows()) {
      throw TaskException.fatal(
          "the ledger of %s counts %d rows, its files hold %d"
              .formatted(manifest.backfill(), manifest.rows(), rows));
    }
  }

  private boolean isCommitted() throws TaskException {
    Optional<Snapshot> done = snapshot(table, manifest.backfill());
    if (done.isPresent()) {
      log.info(
          "{} is in {} since snapshot {}",
          manifest.backfill(),
          table.name(),
          done.get().snapshotId());
      return true;
    }
    return isHistoryShortened() && isAnyFileInTable();
  }

  // Old snapshots expire, and this one may be old: long after a commit whose news was lost.
  private boolean isHistoryShortened() {
    Snapshot s = table.snapshot(branch);
    while (s != null && s.parentId() != null) {
      s = table.snapshot(s.parentId());
      if (s == null) {
        return true;
      }
    }
    return false;
  }

  private boolean isAnyFileInTable() throws TaskException {
    Set<String> ours = new HashSet<>();
    manifest.files().forEach(f -> ours.add(places.absolute(f.getPath())));
    for (ManifestFile m : table.snapshot(branch).dataManifests(table.io())) {
      try (CloseableIterable<String> paths =
          ManifestFiles.readPaths(m, table.io(), table.specs())) {
        for (String path : paths) {
          if (ours.contains(path)) {
            log.info("{} is in {}, by a snapshot that expired", manifest.backfill(), table.name());
            return true;
          }
        }
      } catch (IOException e) {
        throw Errors.of("cannot read " + m.path(), e);
      }
    }
    return false;
  }

  private void commit(List<DataFile> files) {
    AppendFiles append = table.newAppend().toBranch(branch).validateWith(new NotYet());
    files.forEach(append::appendFile);
    append
        .set(BACKFILL, manifest.backfill())
        .set(ROWS, Long.toString(manifest.rows()))
        .set(
            DIGEST,
            "%s:%d:%016x"
                .formatted(
                    manifest.digest().getDomain(),
                    manifest.digest().getRows(),
                    manifest.digest().getSum()));
    try {
      append.commit();
    } catch (ValidationException e) {
      table.refresh();
      if (snapshot(table, manifest.backfill()).isEmpty()) {
        throw e;
      }
      log.info("{} was committed to {} by another one", manifest.backfill(), table.name(), e);
    }
  }

  /** Asked by Iceberg in each try, with the snapshots that the new one would follow. */
  private final class NotYet implements SnapshotAncestryValidator {
    @Override
    public boolean validate(Iterable<Snapshot> ancestors) {
      for (Snapshot s : ancestors) {
        if (manifest.backfill().equals(s.summary().get(BACKFILL))) {
          return false;
        }
      }
      return true;
    }

    @Override
    public String errorMessage() {
      return manifest.backfill() + " is committed already";
    }
  }

  /**
   * Data files of claims that were given up, and the markers. By their names, which no other file
   * has: one location may be written in several ways. It is no failure if that fails.
   */
  private void removeRest() {
    if (!(table.io() instanceof SupportsPrefixOperations io)) {
      return;
    }
    Set<String> named = new HashSet<>();
    manifest.files().forEach(f -> named.add(name(f.getPath())));
    int removed = 0;
    try {
      if (places.dataFolder().isPresent()) {
        for (FileInfo file : io.listPrefix(places.dataFolder().get())) {
          if (!named.contains(name(file.location()))) {
            io.deleteFile(file.location());
            removed++;
          }
        }
      }
      io.deletePrefix(places.folder());
    } catch (NotFoundException e) {
      log.debug("nothing is there to remove", e);
    } catch (RuntimeException e) {
      log.warn(
          "{}: what the backfill left besides its rows could not be removed; Iceberg's"
              + " remove_orphan_files does it",
          table.name(),
          e);
    }
    if (removed > 0) {
      log.info("{}: removed {} data files that were not committed", table.name(), removed);
    }
  }

  private static String name(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }
}
