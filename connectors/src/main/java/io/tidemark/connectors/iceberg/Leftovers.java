package io.tidemark.connectors.iceberg;

import io.tidemark.connectors.api.Leftover;
import io.tidemark.core.retry.TaskException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.io.SupportsPrefixOperations;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Data files that claims which are over have left in a backfill's folder. A claim is over once a
 * newer one has marked itself, for that one was in the log before: whatever the older one got into
 * the log is there as well. All claims are over once the table has one of the backfill's files. A
 * file that any snapshot of the table names is none, whatever else is known of it. Files are told
 * by their names, which no others have: one location may be written in several ways.
 */
final class Leftovers {

  private static final Logger log = LoggerFactory.getLogger(Leftovers.class);
  private static final Pattern DATA =
      Pattern.compile("(.+)-([0-9]{1,18})-[0-9a-f]{8}-[0-9]+\\.parquet");
  private static final Pattern MARKER = Pattern.compile(".*/claims/([^/]+)/([0-9]{1,18})");

  private final Table table;
  private final String backfill;
  private final Places places;
  private final SupportsPrefixOperations io;
  private final String folder;

  /**
   * @throws TaskException FATAL if the table's files cannot be listed by backfill
   */
  Leftovers(Table table, String backfill) throws TaskException {
    this.table = table;
    this.backfill = backfill;
    this.places = new Places(table, backfill);
    if (!(table.io() instanceof SupportsPrefixOperations files) || places.dataFolder().isEmpty()) {
      throw TaskException.fatal(
          "files of "
              + table.name()
              + " cannot be listed by backfill, as it spreads them (write.object-storage.enabled),"
              + " or its FileIO lists none; remove_orphan_files finds what is left behind");
    }
    this.io = files;
    this.folder = places.dataFolder().get();
  }

  /** Those files, by their paths as the ledger would have them. */
  List<Leftover> found() throws TaskException {
    try {
      Map<String, Long> files = files();
      if (files.isEmpty()) {
        return List.of();
      }
      Set<String> named = inSnapshots();
      boolean committed =
          Append.snapshot(table, backfill).isPresent()
              || !Collections.disjoint(named, files.keySet());
      Map<String, Long> newest = newest();
      List<Leftover> found = new ArrayList<>();
      files.forEach(
          (name, bytes) -> {
            if (!named.contains(name) && (committed || isOver(name, newest))) {
              found.add(new Leftover(places.relative(folder + name), bytes, true));
            }
          });
      return found;
    } catch (IOException | RuntimeException e) {
      throw Errors.of("cannot look for what is left in " + folder, e);
    }
  }

  /** Sizes of what claims have written, by name; a name that is none of ours is no business. */
  private Map<String, Long> files() {
    Map<String, Long> files = new TreeMap<>();
    list(folder)
        .forEach(
            (location, bytes) -> {
              String name = name(location);
              if (DATA.matcher(name).matches()) {
                files.put(name, bytes);
              }
            });
    return files;
  }

  /** Names of all data files that any snapshot has. */
  private Set<String> inSnapshots() throws IOException {
    Set<String> manifests = new HashSet<>();
    Set<String> names = new HashSet<>();
    for (Snapshot s : table.snapshots()) {
      for (ManifestFile m : s.dataManifests(table.io())) {
        if (manifests.add(m.path())) {
          try (CloseableIterable<String> paths =
              ManifestFiles.readPaths(m, table.io(), table.specs())) {
            paths.forEach(p -> names.add(name(p)));
          }
        }
      }
    }
    return names;
  }

  /** The newest fence of each partition, by its markers. */
  private Map<String, Long> newest() {
    Map<String, Long> newest = new HashMap<>();
    for (String location : list(places.folder() + "/").keySet()) {
      Matcher marker = MARKER.matcher(location);
      if (marker.matches()) {
        newest.merge(marker.group(1), Long.valueOf(marker.group(2)), Math::max);
      }
    }
    return newest;
  }

  private static boolean isOver(String name, Map<String, Long> newest) {
    Matcher data = DATA.matcher(name);
    return data.matches() && Long.parseLong(data.group(2)) < newest.getOrDefault(data.group(1), 0L);
  }

  private Map<String, Long> list(String below) {
    Map<String, Long> found = new TreeMap<>();
    try {
      for (FileInfo file : io.listPrefix(below)) {
        found.put(file.location(), file.size());
      }
    } catch (NotFoundException e) {
      log.debug("{} is not there", below, e);
    }
    return found;
  }

  private static String name(String location) {
    return location.substring(location.lastIndexOf('/') + 1);
  }

  /** Removes those of them that still are some. */
  void remove(List<Leftover> leftovers) throws TaskException {
    Set<Leftover> still = new HashSet<>(found());
    for (Leftover l : leftovers) {
      if (still.contains(l)) {
        try {
          io.deleteFile(places.absolute(l.path()));
        } catch (NotFoundException e) {
          log.debug("{} is gone already", l.path(), e);
        } catch (RuntimeException e) {
          throw Errors.of("cannot remove " + l.path(), e);
        }
      }
    }
  }
}
