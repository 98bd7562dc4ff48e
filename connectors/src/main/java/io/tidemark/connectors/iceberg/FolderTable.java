package io.tidemark.connectors.iceberg;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.iceberg.CatalogUtil;
import org.apache.iceberg.LocationProviders;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.LocationProvider;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A table whose versions are files {@code metadata/v<n>.metadata.json} in its folder, as of
 * Iceberg's Hadoop catalog. A version is written aside and then linked to its name, which fails if
 * another has it: of two that commit at the same time one wins, and the other one begins anew.
 * (Renaming, which is Hadoop's way, replaces on a POSIX file system what is there.)
 */
final class FolderTable implements TableOperations {

  static final String METADATA = "metadata";

  private static final Logger log = LoggerFactory.getLogger(FolderTable.class);
  private static final String HINT = "version-hint.text";
  private static final Pattern VERSION =
      Pattern.compile("v([0-9]{1,9})(\\.gz)?\\.metadata\\.json(\\.gz)?");

  private record Version(int number, String file) {}

  private final String location;
  private final FileIO io;
  private final Path folder;
  private Version version = new Version(0, "");
  private TableMetadata current;

  FolderTable(String location, FileIO io) {
    this.location = location;
    this.io = io;
    this.folder = LakeFiles.path(location).resolve(METADATA);
  }

  @Override
  public synchronized TableMetadata current() {
    return current == null ? refresh() : current;
  }

  @Override
  public synchronized TableMetadata refresh() {
    Optional<Version> newest = newest();
    if (newest.isPresent() && newest.get().number() > version.number()) {
      String file = metadataFileLocation(newest.get().file());
      current = TableMetadataParser.read(io, file);
      version = newest.get();
    }
    return current;
  }

  private Optional<Version> newest() {
    Version newest = new Version(0, "");
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      for (Path entry : entries) {
        String name = entry.getFileName().toString();
        Matcher m = VERSION.matcher(name);
        if (m.matches() && Integer.parseInt(m.group(1)) > newest.number()) {
          newest = new Version(Integer.parseInt(m.group(1)), name);
        }
      }
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + folder, e);
    }
    return newest.number() == 0 ? Optional.empty() : Optional.of(newest);
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // Iceberg hands back the very object that it was given
  public synchronized void commit(TableMetadata base, TableMetadata metadata) {
    if (base != current()) {
      throw new CommitFailedException("%s has changed since it was read", location);
    }
    if (base == metadata) {
      return;
    }
    if (metadata.properties().containsKey(TableProperties.WRITE_METADATA_LOCATION)) {
      throw new UnsupportedOperationException(
          location
              + ": a table of a hadoop catalog keeps its metadata in its folder; remove its property "
              + TableProperties.WRITE_METADATA_LOCATION);
    }
    String ending =
        TableMetadataParser.getFileExtension(
            metadata.property(
                TableProperties.METADATA_COMPRESSION,
                TableProperties.METADATA_COMPRESSION_DEFAULT));
    String aside = UUID.randomUUID() + ending;
    Version next = new Version(version.number() + 1, "v" + (version.number() + 1) + ending);
    TableMetadataParser.write(metadata, io.newOutputFile(metadataFileLocation(aside)));
    publish(folder.resolve(aside), folder.resolve(next.file()));
    hint(next);
    refresh();
    CatalogUtil.deleteRemovedMetadataFiles(io, base, metadata);
  }

  private void publish(Path aside, Path named) {
    try {
      Files.createLink(named, aside);
      LocalFile.syncFolder(folder);
    } catch (FileAlreadyExistsException e) {
      throw new CommitFailedException(e, "%s was committed by another one", named);
    } catch (UnsupportedOperationException e) {
      throw new UnsupportedOperationException(
          "the file system of "
              + folder
              + " has no hard links, without which two commits at the same time cannot be told"
              + " apart; use another one, or a catalog of type jdbc or rest",
          e);
    } catch (IOException e) {
      if (!Files.exists(named)) {
        throw new UncheckedIOException("cannot link " + named, e);
      }
      throw new CommitStateUnknownException(e);
    } finally {
      drop(aside);
    }
  }

  private static void drop(Path aside) {
    try {
      Files.deleteIfExists(aside);
    } catch (IOException e) {
      log.warn("{} is left behind; it counts for nothing, delete it", aside, e);
    }
  }

  // Only a hint, for readers that do not list: a version counts once it has its name.
  private void hint(Version next) {
    Path aside = folder.resolve(UUID.randomUUID() + "-" + HINT);
    try {
      Files.write(aside, Integer.toString(next.number()).getBytes(StandardCharsets.UTF_8));
      Files.move(aside, folder.resolve(HINT), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new CommitStateUnknownException(e);
    }
  }

  @Override
  public FileIO io() {
    return io;
  }

  @Override
  public String metadataFileLocation(String name) {
    return location + "/" + METADATA + "/" + name;
  }

  @Override
  public LocationProvider locationProvider() {
    return LocationProviders.locationsFor(location, current().properties());
  }
}
