package io.tidemark.connectors.iceberg;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.BaseMetastoreCatalog;
import org.apache.iceberg.CatalogProperties;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.io.FileIO;

/**
 * A warehouse that is a folder of a mounted file system, laid out as Iceberg's Hadoop catalog lays
 * it out, so that both can use the same tables: {@code <warehouse>/<namespace>/<table>/metadata}.
 */
final class FolderCatalog extends BaseMetastoreCatalog {

  private final FileIO io = new LakeFiles();
  private String warehouse = "";

  @Override
  public String name() {
    return "hadoop";
  }

  @Override
  public void initialize(String name, Map<String, String> properties) {
    warehouse = properties.get(CatalogProperties.WAREHOUSE_LOCATION).replaceAll("/+$", "");
    io.initialize(properties);
  }

  @Override
  public void close() throws IOException {
    try (io) {
      super.close();
    }
  }

  @Override
  protected TableOperations newTableOps(TableIdentifier table) {
    return new FolderTable(defaultWarehouseLocation(table), io);
  }

  @Override
  protected String defaultWarehouseLocation(TableIdentifier table) {
    return location(table.namespace()) + "/" + table.name();
  }

  private String location(Namespace namespace) {
    return namespace.isEmpty() ? warehouse : warehouse + "/" + String.join("/", namespace.levels());
  }

  @Override
  public List<TableIdentifier> listTables(Namespace namespace) {
    List<TableIdentifier> tables = new ArrayList<>();
    try (DirectoryStream<Path> entries =
        Files.newDirectoryStream(LakeFiles.path(location(namespace)))) {
      for (Path entry : entries) {
        if (Files.isDirectory(entry.resolve(FolderTable.METADATA))) {
          tables.add(TableIdentifier.of(namespace, entry.getFileName().toString()));
        }
      }
      return tables;
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + location(namespace), e);
    }
  }

  @Override
  public boolean dropTable(TableIdentifier table, boolean purge) {
    throw new UnsupportedOperationException("tables are not dropped");
  }

  @Override
  public void renameTable(TableIdentifier from, TableIdentifier to) {
    throw new UnsupportedOperationException("tables of a folder have the folder's name");
  }
}
