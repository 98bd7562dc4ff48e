package io.tidemark.connectors.file;

import io.tidemark.connectors.api.Leftover;
import io.tidemark.core.retry.TaskException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What claims that are over have left in a backfill's folder aside. A claim is over once a newer
 * one has marked itself, for that one was in the log before: whatever the older one got into the
 * log is there as well. All claims are over once the manifest stands.
 */
final class Leftovers {

  private static final String CLAIMS = "claims/";

  private final SinkStorage storage;
  private final String backfill;
  private final String folder;

  Leftovers(SinkStorage storage, String backfill) throws TaskException {
    this.storage = storage;
    this.backfill = backfill;
    this.folder = StagedName.folder(backfill);
  }

  /** Those files, by their paths below the sink's folder. */
  List<Leftover> found() throws TaskException {
    try {
      boolean finished = storage.exists(StagedName.manifest(backfill));
      Map<String, Long> files = storage.below(folder);
      Map<String, Long> newest = newest(files);
      List<Leftover> found = new ArrayList<>();
      for (Map.Entry<String, Long> file : files.entrySet()) {
        if (isOver(file.getKey(), newest, finished)) {
          found.add(new Leftover(folder + "/" + file.getKey(), file.getValue(), true));
        }
      }
      for (Map.Entry<String, Long> file : storage.unfinished(folder).entrySet()) {
        if (isOver(file.getKey(), newest, finished)) {
          found.add(new Leftover(folder + "/" + file.getKey(), file.getValue(), false));
        }
      }
      return found;
    } catch (IOException e) {
      throw FileErrors.reading(storage.place(folder), e);
    }
  }

  /** The newest fence of each partition. */
  private static Map<String, Long> newest(Map<String, Long> files) {
    Map<String, Long> newest = new HashMap<>();
    for (String path : files.keySet()) {
      partition(path)
          .ifPresent(
              p ->
                  StagedName.fenceOf(path.substring(path.lastIndexOf('/') + 1))
                      .ifPresent(fence -> newest.merge(p, fence, Math::max)));
    }
    return newest;
  }

  // Of what lies beside the claims.
  private static Optional<String> partition(String path) {
    int end = path.lastIndexOf('/');
    return path.startsWith(CLAIMS) && end >= CLAIMS.length()
        ? Optional.of(path.substring(CLAIMS.length(), end))
        : Optional.empty();
  }

  private static boolean isOver(String path, Map<String, Long> newest, boolean finished) {
    if (finished) {
      return true;
    }
    Optional<String> beside = partition(path);
    String partition = beside.orElse(StagedName.of(path).map(StagedName::partition).orElse(""));
    OptionalLong fence =
        beside.isPresent()
            ? StagedName.fenceOf(path.substring(path.lastIndexOf('/') + 1))
            : StagedName.of(path).map(n -> OptionalLong.of(n.fence())).orElse(OptionalLong.empty());
    // A name that is none of ours is none of our business.
    return fence.isPresent() && fence.getAsLong() < newest.getOrDefault(partition, 0L);
  }

  /** Removes them. */
  void remove(List<Leftover> leftovers) throws TaskException {
    try {
      List<String> unfinished = new ArrayList<>();
      for (Leftover l : leftovers) {
        if (l.finished()) {
          storage.delete(l.path());
        } else {
          unfinished.add(l.path().substring(folder.length() + 1));
        }
      }
      storage.drop(folder, unfinished);
      if (storage.exists(StagedName.manifest(backfill)) && storage.below(folder).isEmpty()) {
        storage.remove(folder);
      }
    } catch (IOException e) {
      throw storage.failure(storage.place(folder), e);
    }
  }
}
