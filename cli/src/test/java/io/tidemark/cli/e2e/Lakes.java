package io.tidemark.cli.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.CatalogProperties;
import org.apache.iceberg.StaticTableOperations;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.jdbc.JdbcCatalog;

/** Tables of Iceberg, looked at by Iceberg's own code. */
final class Lakes {

  private static final String FILES = "io.tidemark.connectors.iceberg.LakeFiles";

  private Lakes() {}

  /** A table of a catalog in PostgreSQL; to be read at once. */
  static Table inDatabase(Postgres postgres, Path warehouse, String namespace, String name) {
    try (JdbcCatalog catalog = new JdbcCatalog()) {
      catalog.initialize(
          "tidemark",
          Map.of(
              CatalogProperties.URI,
              postgres.url(),
              CatalogProperties.WAREHOUSE_LOCATION,
              warehouse.toString(),
              CatalogProperties.FILE_IO_IMPL,
              FILES,
              "jdbc.user",
              "app",
              "jdbc.password",
              Postgres.PASSWORD));
      return catalog.loadTable(TableIdentifier.of(namespace, name));
    }
  }

  /** The newest version of a table in a folder. */
  static Table inFolder(Path table) {
    try (Stream<Path> versions = Files.list(table.resolve("metadata"))) {
      Path newest =
          versions
              .filter(p -> p.getFileName().toString().matches("v[0-9]+\\.metadata\\.json"))
              .max(Comparator.comparingInt(Lakes::version))
              .orElseThrow();
      FileIO io =
          Class.forName(FILES).asSubclass(FileIO.class).getDeclaredConstructor().newInstance();
      io.initialize(Map.of());
      return new BaseTable(new StaticTableOperations(newest.toString(), io), table.toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static int version(Path metadata) {
    return Integer.parseInt(metadata.getFileName().toString().replaceAll("v([0-9]+)\\..*", "$1"));
  }

  /** Every row's text, by the value of its column {@code id}, and how often an id came twice. */
  static Map<Object, String> rows(Table table, String... columns) {
    Map<Object, String> rows = new TreeMap<>();
    try (CloseableIterable<Record> read = IcebergGenerics.read(table).build()) {
      for (Record r : read) {
        StringBuilder text = new StringBuilder();
        for (String c : columns) {
          text.append(r.getField(c)).append('|');
        }
        if (rows.put(r.getField("id"), text.toString()) != null) {
          throw new AssertionError("id " + r.getField("id") + " is there twice");
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return rows;
  }
}
