package io.tidemark.connectors.file;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.connectors.api.Manifest;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.CommittedFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Moves the files that the ledger names to where readers look. In this order, each step doing
 * nothing where an interrupted run did it already:
 *
 * <ol>
 *   <li>every file must be there with the size that the ledger says, in the folder aside or moved;
 *       nothing is touched unless all are
 *   <li>files are renamed to {@code <backfill>-<partition>-<fence>-<n>.<ending>}, so that several
 *       backfills may share a folder
 *   <li>the backfill's folder aside goes, with all that the ledger does not name
 *   <li>the manifest is written: that it is there means that all of this is done
 * </ol>
 */
final class Promotion {

  private static final int SHOWN = 5;

  private final Path root;
  private final Manifest manifest;
  private final Path staging;

  Promotion(Path root, Manifest manifest) throws TaskException {
    this.root = root;
    this.manifest = manifest;
    this.staging = Staging.folder(root, manifest.backfill());
  }

  /** Where the manifest of a backfill stands. */
  static Path manifest(Path root, String backfill) {
    return root.resolve("_manifest-" + backfill + ".json");
  }

  /**
   * The first found of what a backfill leaves in a folder: its manifest, its folder aside, or a
   * file that was moved to its place; empty if it has never been there.
   *
   * @throws TaskException if the folder cannot be read
   */
  static Optional<Path> remains(Path root, String backfill) throws TaskException {
    for (Path path : List.of(manifest(root, backfill), Staging.folder(root, backfill))) {
      if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
        return Optional.of(path);
      }
    }
    Pattern moved = Pattern.compile(Pattern.quote(backfill) + "-[0-9.]+-[0-9]+-[0-9]+\\.[a-z]+");
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(root)) {
      for (Path entry : entries) {
        if (moved.matcher(entry.getFileName().toString()).matches()) {
          return Optional.of(entry);
        }
      }
      return Optional.empty();
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException | DirectoryIteratorException e) {
      throw FileErrors.reading(root, e instanceof IOException io ? io : (IOException) e.getCause());
    }
  }

  private record Move(Path from, Path to, CommittedFile file) {}

  void run() throws TaskException {
    List<Move> moves = moves();
    Path target = manifest(root, manifest.backfill());
    byte[] json = json(moves);
    try {
      if (Files.exists(target)) {
        if (!java.util.Arrays.equals(Files.readAllBytes(target), json)) {
          throw TaskException.fatal(
              target
                  + " is there and says something else than the ledger of "
                  + manifest.backfill()
                  + "; another system has written there: move it away, with its files");
        }
        removeStaging();
        return;
      }
      Files.createDirectories(root);
      refuseMissing(moves);
      for (Move m : moves) {
        if (size(m.from()) >= 0) {
          Files.move(m.from(), m.to(), StandardCopyOption.ATOMIC_MOVE);
        }
      }
      SyncedFile.syncFolder(root);
      removeStaging();
      write(target, json);
    } catch (IOException e) {
      throw FileErrors.writing(root, e);
    }
  }

  private List<Move> moves() throws TaskException {
    List<Move> moves = new ArrayList<>();
    Set<Path> names = new HashSet<>();
    long rows = 0;
    for (CommittedFile f : manifest.files()) {
      Path from = root.resolve(f.getPath()).normalize();
      if (!staging.normalize().equals(from.getParent())) {
        throw TaskException.fatal(
            "the ledger of %s names %s, which does not lie in %s"
                .formatted(manifest.backfill(), f.getPath(), staging));
      }
      if (!names.add(from)) {
        throw TaskException.fatal(
            "the ledger of %s names %s twice".formatted(manifest.backfill(), f.getPath()));
      }
      moves.add(new Move(from, root.resolve(manifest.backfill() + "-" + from.getFileName()), f));
      rows += f.getRows();
    }
    if (rows != manifest.rows()) {
      throw TaskException.fatal(
          "the ledger of %s counts %d rows, its files hold %d"
              .formatted(manifest.backfill(), manifest.rows(), rows));
    }
    return moves;
  }

  private static void refuseMissing(List<Move> moves) throws IOException, TaskException {
    List<String> wrong = new ArrayList<>();
    for (Move m : moves) {
      long size = size(m.from());
      long moved = size(m.to());
      long want = m.file().getBytes();
      if (size >= 0 && moved >= 0) {
        wrong.add(m.to() + " is taken by another file");
      } else if (size < 0 && moved < 0) {
        wrong.add(m.file().getPath() + " is missing");
      } else if (Math.max(size, moved) != want) {
        wrong.add(
            "%s has %d bytes instead of %d"
                .formatted(size < 0 ? m.to() : m.file().getPath(), Math.max(size, moved), want));
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
  }

  // -1: not there.
  private static long size(Path path) throws IOException {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
          .size();
    } catch (NoSuchFileException e) {
      return -1;
    }
  }

  private void removeStaging() throws IOException {
    if (!Files.isDirectory(staging, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    Files.walkFileTree(
        staging,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes a) throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path dir, IOException e) throws IOException {
            if (e != null) {
              throw e;
            }
            Files.deleteIfExists(dir);
            return FileVisitResult.CONTINUE;
          }
        });
    try {
      Files.deleteIfExists(staging.getParent());
    } catch (DirectoryNotEmptyException others) {
      // Other backfills are at work beside this one.
      return;
    }
  }

  private void write(Path target, byte[] json) throws IOException {
    Path made = root.resolve(target.getFileName() + ".tmp");
    Files.deleteIfExists(made);
    SyncedFile file = SyncedFile.create(made);
    try {
      file.write(json);
      file.finish();
    } finally {
      file.close();
    }
    Files.move(made, target, StandardCopyOption.ATOMIC_MOVE);
    SyncedFile.syncFolder(root);
  }

  private byte[] json(List<Move> moves) {
    JsonMapper mapper = new JsonMapper();
    ObjectNode json = mapper.createObjectNode();
    json.put("backfill", manifest.backfill());
    json.put("rows", manifest.rows());
    json.put("bytes", moves.stream().mapToLong(m -> m.file().getBytes()).sum());
    json.putObject("digest")
        .put("domain", manifest.digest().getDomain())
        .put("rows", manifest.digest().getRows())
        .put("sum", manifest.digest().getSum());
    ArrayNode files = json.putArray("files");
    for (Move m : moves) {
      files
          .addObject()
          .put("path", m.to().getFileName().toString())
          .put("rows", m.file().getRows())
          .put("bytes", m.file().getBytes());
    }
    try {
      return (mapper.writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n")
          .getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree that is no JSON", e);
    }
  }
}
