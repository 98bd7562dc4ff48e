package io.tidemark.cli.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Stream;
import org.postgresql.PGConnection;

/** A folder of CSV files, filled from a source that is slow. */
final class FileDestination implements Destination {

  private final Database database;
  private final Path folder;

  FileDestination(Database database, Path folder) {
    this.database = database;
    this.folder = folder;
  }

  @Override
  public String source() {
    return "jdbc: {" + database.slowJdbc("src.rows") + "}";
  }

  @Override
  public String sink() {
    return "file: {path: \"" + folder + "\", format: csv}";
  }

  /** Reads the files into a table, and makes room on the disk. */
  @Override
  public long verify(String backfill) throws Exception {
    assertThat(folder.resolve("_manifest-" + backfill + ".json")).exists();
    try (Connection c = database.connect();
        Statement s = c.createStatement()) {
      s.execute("CREATE TEMP TABLE read (LIKE src.rows)");
      for (Path file : files()) {
        try (InputStream in = Files.newInputStream(file)) {
          c.unwrap(PGConnection.class)
              .getCopyAPI()
              .copyIn("COPY read FROM STDIN (FORMAT csv, HEADER true)", in);
        }
      }
      try (ResultSet r =
          s.executeQuery(
              """
              SELECT (SELECT count(*) FROM read), (SELECT count(*) - count(DISTINCT id) FROM read),
                (SELECT count(*) FROM ((SELECT * FROM src.rows EXCEPT ALL SELECT * FROM read)
                  UNION ALL (SELECT * FROM read EXCEPT ALL SELECT * FROM src.rows)) d)
              """)) {
        r.next();
        assertThat(r.getLong(1)).as("rows in %s", folder).isEqualTo(Copy.ROWS);
        assertThat(r.getLong(2)).as("duplicates in %s", folder).isZero();
        assertThat(r.getLong(3)).as("differences of %s from the source", folder).isZero();
      }
    }
    Workshop.empty(folder);
    return 0;
  }

  private List<Path> files() throws Exception {
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(p -> p.toString().endsWith(".csv")).toList();
    }
  }
}
