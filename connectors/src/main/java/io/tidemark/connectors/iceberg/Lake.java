package io.tidemark.connectors.iceberg;

import io.tidemark.connectors.columns.NearNames;
import io.tidemark.core.retry.TaskException;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.iceberg.CatalogProperties;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.SupportsNamespaces;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.NoSuchNamespaceException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.jdbc.JdbcCatalog;
import org.apache.iceberg.rest.RESTCatalog;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The catalog of a sink, opened when it is first asked, and its one table. Thread-safe. */
final class Lake implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Lake.class);

  private final Settings settings;
  private Catalog catalog;

  Lake(Settings settings) {
    this.settings = settings;
  }

  private synchronized Catalog catalog() {
    if (catalog == null) {
      Catalog made =
          switch (settings.catalog()) {
            case HADOOP -> new FolderCatalog();
            case JDBC -> new JdbcCatalog();
            case REST -> new RESTCatalog();
          };
      Map<String, String> properties = new TreeMap<>(settings.properties());
      properties.putIfAbsent(CatalogProperties.FILE_IO_IMPL, LakeFiles.class.getName());
      try {
        made.initialize("tidemark", properties);
      } catch (RuntimeException e) {
        close(made);
        throw e;
      }
      catalog = made;
    }
    return catalog;
  }

  /** The table as it is now; empty if there is none. */
  Optional<Table> find() throws TaskException {
    try {
      return Optional.of(catalog().loadTable(settings.table()));
    } catch (NoSuchTableException | NoSuchNamespaceException e) {
      log.debug("no such table", e);
      return Optional.empty();
    } catch (RuntimeException e) {
      throw Errors.of("cannot load " + settings, e);
    }
  }

  /**
   * The table as it is now.
   *
   * @throws TaskException FATAL if there is none
   */
  Table table() throws TaskException {
    Optional<Table> found = find();
    if (found.isEmpty()) {
      throw missing();
    }
    return found.get();
  }

  /** That there is no such table, with those that may have been meant. */
  TaskException missing() throws TaskException {
    return TaskException.fatal(
        "sink.iceberg.table: there is no "
            + settings
            + NearNames.hint(settings.table().name(), names())
            + " Create it, or set create: if-missing");
  }

  private List<String> names() throws TaskException {
    try {
      return catalog().listTables(settings.table().namespace()).stream()
          .map(t -> t.name())
          .limit(100)
          .toList();
    } catch (NoSuchNamespaceException e) {
      log.debug("no such namespace", e);
      return List.of();
    } catch (RuntimeException e) {
      throw Errors.of("cannot list the tables of the " + settings.where(), e);
    }
  }

  /** Creates the table, and its namespace; if another one was faster, it is that one's. */
  void create(Schema schema, PartitionSpec partitions) throws TaskException {
    try {
      Namespace namespace = settings.table().namespace();
      if (catalog() instanceof SupportsNamespaces names && !names.namespaceExists(namespace)) {
        createNamespace(names, namespace);
      }
      catalog().buildTable(settings.table(), schema).withPartitionSpec(partitions).create();
      log.info("created {}", settings);
    } catch (AlreadyExistsException e) {
      log.info("{} was created by another one", settings);
    } catch (RuntimeException e) {
      throw Errors.of("cannot create " + settings, e);
    }
  }

  private static void createNamespace(SupportsNamespaces names, Namespace namespace) {
    try {
      names.createNamespace(namespace);
    } catch (AlreadyExistsException e) {
      log.debug("{} was created by another one", namespace, e);
    }
  }

  @Override
  public synchronized void close() {
    if (catalog != null) {
      close(catalog);
      catalog = null;
    }
  }

  private static void close(Catalog catalog) {
    if (catalog instanceof Closeable closeable) {
      try {
        closeable.close();
      } catch (IOException e) {
        log.warn("closing a catalog failed", e);
      }
    }
  }
}
