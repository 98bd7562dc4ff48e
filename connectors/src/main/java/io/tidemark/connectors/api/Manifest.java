package io.tidemark.connectors.api;

import io.tidemark.schemas.avro.CommittedFile;
import io.tidemark.schemas.avro.Digest;
import java.util.List;

/**
 * What the ledger says a finished backfill has committed.
 *
 * @param backfill backfill id
 * @param rows rows in all files
 * @param digest digest of those rows
 * @param files every committed file, ordered by path
 */
public record Manifest(String backfill, long rows, Digest digest, List<CommittedFile> files) {
  public Manifest {
    files = List.copyOf(files);
  }
}
