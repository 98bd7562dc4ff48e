package io.tidemark.connectors.iceberg;

import io.tidemark.connectors.api.Claim;
import io.tidemark.core.retry.FencedException;
import io.tidemark.core.retry.TaskException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.io.SupportsPrefixOperations;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The markers of a partition's claims beside the table. They are only ever added while older ones
 * go, so the largest never falls, without a lock. They make a writer stop early whose claim is out
 * of date; what makes it exact is the ledger, which alone says which data files are committed.
 * Where files cannot be listed there are no markers, and the ledger decides alone.
 */
final class Claims {

  private static final Logger log = LoggerFactory.getLogger(Claims.class);

  private final FileIO io;
  private final Claim claim;
  private final String folder;

  Claims(FileIO io, Claim claim, String folder) {
    this.io = io;
    this.claim = claim;
    this.folder = folder;
  }

  /**
   * Raises the fence.
   *
   * @throws FencedException if there is a newer one
   */
  void raise() throws TaskException {
    if (!(io instanceof SupportsPrefixOperations)) {
      return;
    }
    if (!fences().contains(claim.fence())) {
      create(io, folder + "/" + claim.fence());
    }
    for (long fence : fences()) {
      if (fence < claim.fence()) {
        delete(folder + "/" + fence);
      }
    }
  }

  /** Makes an empty file, if it is not there. */
  static void create(FileIO io, String location) throws TaskException {
    try {
      io.newOutputFile(location).create().close();
    } catch (AlreadyExistsException e) {
      log.debug("{} is there already", location, e);
    } catch (RuntimeException | IOException e) {
      throw Errors.of("cannot write " + location, e);
    }
  }

  private void delete(String marker) throws TaskException {
    try {
      io.deleteFile(marker);
    } catch (NotFoundException e) {
      log.debug("{} is gone already", marker, e);
    } catch (RuntimeException e) {
      throw Errors.of("cannot delete " + marker, e);
    }
  }

  /**
   * @throws FencedException if the claim is no longer the newest
   */
  void check() throws TaskException {
    if (io instanceof SupportsPrefixOperations && !fences().contains(claim.fence())) {
      throw fenced("its marker in " + folder + " is gone, as it is once the backfill is finished");
    }
  }

  private FencedException fenced(String detail) {
    return new FencedException(claim.partition(), claim.fence(), detail);
  }

  /** Those that are marked, none of them newer than the claim's. */
  private List<Long> fences() throws TaskException {
    List<Long> fences = new ArrayList<>();
    try {
      for (FileInfo file : ((SupportsPrefixOperations) io).listPrefix(folder + "/")) {
        String name = file.location().substring(file.location().lastIndexOf('/') + 1);
        if (!name.matches("[0-9]{1,18}")) {
          throw TaskException.fatal(file.location() + " is none of Tidemark's files; remove it");
        }
        fences.add(Long.parseLong(name));
      }
    } catch (NotFoundException e) {
      log.debug("{} is not there", folder, e);
    } catch (RuntimeException e) {
      throw Errors.of("cannot list " + folder, e);
    }
    for (long fence : fences) {
      if (fence > claim.fence()) {
        throw fenced("a claim with fence " + fence + " is at work");
      }
    }
    return fences;
  }
}
