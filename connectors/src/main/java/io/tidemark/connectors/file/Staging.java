package io.tidemark.connectors.file;

import io.tidemark.connectors.api.Claim;
import io.tidemark.core.retry.FencedException;
import io.tidemark.core.retry.TaskException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.Map;
import java.util.Optional;

/**
 * Where a claim's files lie before the backfill is complete. Below the sink's folder, or prefix:
 *
 * <pre>
 * _tidemark/&lt;backfill&gt;/&lt;partition&gt;-&lt;fence&gt;-&lt;n&gt;.parquet   finished; counts once the ledger names it
 * _tidemark/&lt;backfill&gt;/claims/&lt;partition&gt;/&lt;fence&gt;             marks a claim; the largest is the valid one
 * _tidemark/&lt;backfill&gt;/claims/&lt;partition&gt;/&lt;fence&gt;-&lt;n&gt;.tmp     a chunk in the making, where a name is needed for it
 * </pre>
 *
 * <p>Markers are only ever added, so the largest never falls, without a lock. A writer that was
 * overtaken between looking at them and finishing its file leaves a file that nobody names: what
 * makes it exact is the ledger. The markers only make a stale writer stop early.
 */
final class Staging {

  private final SinkStorage storage;
  private final Claim claim;
  private final String ending;
  private final String partition;
  private final String folder;
  private final String claims;
  private int chunk;

  Staging(SinkStorage storage, Claim claim, FileFormat format) throws TaskException {
    this.storage = storage;
    this.claim = claim;
    this.ending = format.endings().getFirst();
    this.folder = StagedName.folder(claim.backfill());
    this.partition = StagedName.partition(claim.partition());
    this.claims = StagedName.claims(claim.backfill()) + "/" + partition;
  }

  /** Raises the fence, and removes what older claims left in the making. */
  void raise() throws TaskException {
    try {
      refuseNewer(storage.files(claims, "").keySet());
      storage.mark(claims + "/" + claim.fence());
      Iterable<String> entries = storage.files(claims, "").keySet();
      refuseNewer(entries);
      for (String entry : entries) {
        if (fence(entry) < claim.fence()) {
          storage.delete(claims + "/" + entry);
        }
      }
      storage.drop(
          folder, storage.unfinished(folder).keySet().stream().filter(this::older).toList());
      // Of this claim, when it was open before.
      Map<String, Long> mine = storage.files(folder, partition + "-" + claim.fence() + "-");
      chunk =
          mine.keySet().stream()
              .mapToInt(n -> StagedName.of(n).map(StagedName::chunk).orElse(0) + 1)
              .max()
              .orElse(0);
    } catch (IOException e) {
      throw storage.failure(storage.place(claims), e);
    }
  }

  private boolean older(String name) {
    return StagedName.of(name)
        .filter(n -> n.partition().equals(partition) && n.fence() < claim.fence())
        .isPresent();
  }

  /**
   * @throws FencedException if the claim is no longer the newest
   */
  void check() throws TaskException {
    Map<String, Long> entries;
    try {
      entries = storage.files(claims, "");
    } catch (IOException e) {
      throw storage.failure(storage.place(claims), e);
    }
    refuseNewer(entries.keySet());
    if (!entries.containsKey(Long.toString(claim.fence()))) {
      throw gone();
    }
  }

  private void refuseNewer(Iterable<String> entries) throws TaskException {
    for (String entry : entries) {
      long other = fence(entry);
      if (other > claim.fence()) {
        throw fenced("a claim with fence " + other + " is at work");
      }
    }
  }

  private FencedException gone() {
    return fenced(
        "its folder " + storage.place(folder) + " is gone, as it is once the backfill is finished");
  }

  private FencedException fenced(String detail) {
    return new FencedException(claim.partition(), claim.fence(), detail);
  }

  private long fence(String entry) throws TaskException {
    return StagedName.fenceOf(entry)
        .orElseThrow(
            () ->
                TaskException.fatal(
                    storage.place(claims + "/" + entry)
                        + " is none of Tidemark's files; remove it"));
  }

  /**
   * A chunk in the making.
   *
   * @param finished its path once it is finished
   */
  record Chunk(String finished, ChunkFile file) {}

  /** Begins a chunk under a name that no other has had, not even of the same claim. */
  Chunk create() throws TaskException {
    String made = claims;
    try {
      while (true) {
        made = claims + "/" + claim.fence() + "-" + chunk + ".tmp";
        String finished = folder + "/" + partition + "-" + claim.fence() + "-" + chunk + ending;
        chunk++;
        Optional<ChunkFile> file = storage.create(made, finished);
        if (file.isPresent()) {
          return new Chunk(finished, file.get());
        }
      }
    } catch (NoSuchFileException e) {
      throw gone();
    } catch (IOException e) {
      throw storage.failure(storage.place(made), e);
    }
  }
}
