package io.tidemark.connectors.iceberg;

import io.tidemark.core.retry.TaskException;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.iceberg.Table;

/**
 * Where a backfill's files lie.
 *
 * <pre>
 * &lt;data&gt;/&lt;backfill&gt;/&lt;partition&gt;-&lt;fence&gt;-&lt;nonce&gt;-&lt;n&gt;.parquet   data; part of the table once committed
 * &lt;table&gt;/_tidemark/&lt;backfill&gt;/begun                         that something was written
 * &lt;table&gt;/_tidemark/&lt;backfill&gt;/claims/&lt;partition&gt;/&lt;fence&gt;     marks a claim; the largest is the valid one
 * </pre>
 *
 * <p>{@code <data>} is the table's own choice, such as {@code <table>/data}. What lies below {@code
 * _tidemark} is hidden from Iceberg's removal of orphan files, and goes when the backfill is
 * finished; data files never lie there.
 */
final class Places {

  private static final Pattern SAFE = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]*");

  private final Table table;
  private final String backfill;

  Places(Table table, String backfill) throws TaskException {
    this.table = table;
    this.backfill = safe("backfill", backfill);
  }

  private static String safe(String what, String name) throws TaskException {
    if (!SAFE.matcher(name).matches()) {
      throw TaskException.fatal(what + " '" + name + "' is no file name");
    }
    return name;
  }

  /** Where a new data file of that name goes. */
  String data(String name) {
    return table.locationProvider().newDataLocation(backfill + "/" + name);
  }

  /**
   * The folder of all data files, ending with a slash, where the table's way of placing files gives
   * the backfill one of its own: it may be looked into and cleared. Empty where files are spread
   * over prefixes, or lie among those of others.
   */
  Optional<String> dataFolder() {
    String any = data("x");
    String folder = any.substring(0, any.length() - 1);
    return folder.endsWith("/" + backfill + "/") && data("y").equals(folder + "y")
        ? Optional.of(folder)
        : Optional.empty();
  }

  /** The folder of all that is not data. */
  String folder() {
    return table.location() + "/_tidemark/" + backfill;
  }

  String begun() {
    return folder() + "/begun";
  }

  /** The folder of a partition's claims. */
  String claims(String partition) throws TaskException {
    return folder() + "/claims/" + safe("partition", shortened(partition));
  }

  /** A partition's id without the backfill's. */
  static String shortened(String partition) {
    return partition.substring(partition.lastIndexOf('/') + 1);
  }

  /** A location as the ledger has it: relative to the table's, where it lies within. */
  String relative(String location) {
    String root = table.location() + "/";
    return location.startsWith(root) ? location.substring(root.length()) : location;
  }

  /** The location that the ledger means. */
  String absolute(String path) {
    return path.startsWith("/") || path.contains(":/") ? path : table.location() + "/" + path;
  }
}
