package io.tidemark.connectors.file;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.connectors.api.Manifest;
import io.tidemark.connectors.file.SinkStorage.Move;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.CommittedFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Has the files that the ledger names be where readers look. In this order, each step doing nothing
 * where an interrupted run did it already:
 *
 * <ol>
 *   <li>every file must be there with the size that the ledger says, in the folder aside or
 *       promoted; nothing is touched unless all are
 *   <li>files are moved, or copied where a storage cannot move, to {@code
 *       <backfill>-<partition>-<fence>-<n>.<ending>}, so that several backfills may share a folder
 *   <li>the backfill's folder aside goes, with all that the ledger does not name
 *   <li>the manifest is written: that it is there means that all of this is done
 * </ol>
 */
final class Promotion {

  private static final int SHOWN = 5;

  private final SinkStorage storage;
  private final Manifest manifest;
  private final String staging;

  Promotion(SinkStorage storage, Manifest manifest) throws TaskException {
    this.storage = storage;
    this.manifest = manifest;
    this.staging = StagedName.folder(manifest.backfill());
  }

  /** Whether all of it was done for that backfill. */
  static boolean isFinished(SinkStorage storage, String backfill) throws TaskException {
    String manifest = StagedName.manifest(backfill);
    try {
      return storage.exists(manifest);
    } catch (IOException e) {
      throw FileErrors.reading(storage.place(manifest), e);
    }
  }

  /**
   * The first found of what a backfill leaves in a folder: its manifest, its folder aside, or a
   * file that was moved to its place; empty if it has never been there.
   *
   * @throws TaskException if the folder cannot be read
   */
  static Optional<String> remains(SinkStorage storage, String backfill) throws TaskException {
    Pattern moved = Pattern.compile(Pattern.quote(backfill) + "-[0-9.]+-[0-9]+-[0-9]+\\.[a-z]+");
    try {
      for (String path : List.of(StagedName.manifest(backfill), StagedName.folder(backfill))) {
        if (storage.exists(path)) {
          return Optional.of(path);
        }
      }
      return storage.files("", backfill + "-").keySet().stream()
          .filter(name -> moved.matcher(name).matches())
          .findFirst();
    } catch (IOException e) {
      throw FileErrors.reading(storage.place(""), e);
    }
  }

  void run() throws TaskException {
    List<Move> moves = moves();
    String target = StagedName.manifest(manifest.backfill());
    byte[] json = json(moves);
    try {
      Optional<byte[]> there = storage.read(target);
      if (there.isPresent()) {
        if (!Arrays.equals(there.get(), json)) {
          throw TaskException.fatal(
              storage.place(target)
                  + " is there and says something else than the ledger of "
                  + manifest.backfill()
                  + "; another system has written there: move it away, with its files");
        }
        storage.remove(staging);
        return;
      }
      storage.promote(unpromoted(moves));
      storage.remove(staging);
      storage.write(target, json);
    } catch (IOException e) {
      throw storage.failure(storage.place(""), e);
    }
  }

  private List<Move> moves() throws TaskException {
    List<Move> moves = new ArrayList<>();
    Set<String> names = new HashSet<>();
    long rows = 0;
    for (CommittedFile f : manifest.files()) {
      String name = f.getPath().substring(f.getPath().lastIndexOf('/') + 1);
      if (!f.getPath().equals(staging + "/" + name) || name.isEmpty() || name.startsWith(".")) {
        throw TaskException.fatal(
            "the ledger of %s names %s, which does not lie in %s"
                .formatted(manifest.backfill(), f.getPath(), storage.place(staging)));
      }
      if (!names.add(name)) {
        throw TaskException.fatal(
            "the ledger of %s names %s twice".formatted(manifest.backfill(), f.getPath()));
      }
      moves.add(new Move(f.getPath(), manifest.backfill() + "-" + name, f.getBytes()));
      rows += f.getRows();
    }
    if (rows != manifest.rows()) {
      throw TaskException.fatal(
          "the ledger of %s counts %d rows, its files hold %d"
              .formatted(manifest.backfill(), manifest.rows(), rows));
    }
    return moves;
  }

  // Those that no earlier run promoted.
  private List<Move> unpromoted(List<Move> moves) throws IOException, TaskException {
    Map<String, Long> staged = storage.files(staging, "");
    Map<String, Long> promoted = storage.files("", manifest.backfill() + "-");
    List<String> wrong = new ArrayList<>();
    List<Move> left = new ArrayList<>();
    for (Move m : moves) {
      Long size = staged.get(m.from().substring(staging.length() + 1));
      Long moved = promoted.get(m.to());
      if (size != null && moved != null && !storage.isPromoted(m)) {
        wrong.add(storage.place(m.to()) + " is taken by another file");
      } else if (size == null && moved == null) {
        wrong.add(m.from() + " is missing");
      } else if ((size == null ? moved : size) != m.bytes()) {
        wrong.add(
            "%s has %d bytes instead of %d"
                .formatted(
                    size == null ? storage.place(m.to()) : m.from(),
                    size == null ? moved : size,
                    m.bytes()));
      } else if (moved == null) {
        left.add(m);
      }
    }
    if (!wrong.isEmpty()) {
      throw TaskException.fatal(
          "of "
              + moves.size()
              + " files that the ledger names, "
              + wrong.size()
              + " cannot be moved to their place, and none was: "
              + String.join("; ", wrong.subList(0, Math.min(SHOWN, wrong.size())))
              + (wrong.size() > SHOWN ? "; …" : "")
              + "; put them back, or run the backfill again under a new name");
    }
    return left;
  }

  private byte[] json(List<Move> moves) {
    JsonMapper mapper = new JsonMapper();
    ObjectNode json = mapper.createObjectNode();
    json.put("backfill", manifest.backfill());
    json.put("rows", manifest.rows());
    json.put("bytes", moves.stream().mapToLong(Move::bytes).sum());
    json.putObject("digest")
        .put("domain", manifest.digest().getDomain())
        .put("rows", manifest.digest().getRows())
        .put("sum", manifest.digest().getSum());
    ArrayNode files = json.putArray("files");
    for (int i = 0; i < moves.size(); i++) {
      files
          .addObject()
          .put("path", moves.get(i).to())
          .put("rows", manifest.files().get(i).getRows())
          .put("bytes", moves.get(i).bytes());
    }
    try {
      return (mapper.writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n")
          .getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree that is no JSON", e);
    }
  }
}
