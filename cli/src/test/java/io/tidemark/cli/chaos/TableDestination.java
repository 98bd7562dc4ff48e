package io.tidemark.cli.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.List;

/** A table of its own, each chunk of which takes its time, with {@code tidemark_progress}. */
final class TableDestination implements Destination {

  private static final double SECONDS_EACH_CHUNK = 0.4;

  private final Database database;
  private final String table;

  private TableDestination(Database database, String table) {
    this.database = database;
    this.table = table;
  }

  /** Makes what all tables need: what makes them slow, and what counts their writes. */
  static void prepare(Database database) throws SQLException {
    database.execute(
        "SET ROLE app",
        """
        CREATE FUNCTION dst.count_row() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM nextval(TG_ARGV[0]); RETURN NEW; END $$
        """,
        """
        CREATE FUNCTION dst.dawdle() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_sleep(TG_ARGV[0]::float8); RETURN NULL; END $$
        """);
  }

  /** Makes the table. A sequence, which no rollback takes back, counts the rows written to it. */
  static TableDestination make(Database database, String name) throws SQLException {
    String table = "dst." + name;
    database.execute(
        "SET ROLE app",
        "CREATE TABLE " + table + " (LIKE src.rows INCLUDING INDEXES)",
        "CREATE SEQUENCE " + table + "_written",
        "CREATE TRIGGER written BEFORE INSERT ON %s FOR EACH ROW EXECUTE FUNCTION dst.count_row('%s_written')"
            .formatted(table, table),
        "CREATE TRIGGER dawdle AFTER INSERT ON %s FOR EACH STATEMENT EXECUTE FUNCTION dst.dawdle('%s')"
            .formatted(table, SECONDS_EACH_CHUNK));
    return new TableDestination(database, table);
  }

  @Override
  public String source() {
    return "jdbc: {" + database.jdbc("src.rows") + "}";
  }

  @Override
  public String sink() {
    return "jdbc: {" + database.jdbc(table) + "}";
  }

  /** A crash of the server may add up to 32 to a sequence, and so to the answer. */
  @Override
  public long verify(String backfill) throws SQLException {
    String missing = "(SELECT * FROM %s EXCEPT ALL SELECT * FROM %s)";
    List<Long> found =
        database.numbers(
            """
            SELECT (SELECT count(*) FROM %1$s),
              (SELECT count(*) - count(DISTINCT id) FROM %1$s),
              (SELECT count(*) FROM (%2$s UNION ALL %3$s) d),
              (SELECT coalesce(sum(rows), 0) FROM dst.tidemark_progress WHERE backfill = '%4$s'),
              (SELECT count(*) FROM dst.tidemark_progress WHERE backfill = '%4$s' AND NOT complete),
              (SELECT last_value FROM %1$s_written)
            """
                .formatted(
                    table,
                    missing.formatted("src.rows", table),
                    missing.formatted(table, "src.rows"),
                    backfill));
    assertThat(found.get(0)).as("rows in %s", table).isEqualTo(Copy.ROWS);
    assertThat(found.get(1)).as("duplicates in %s", table).isZero();
    assertThat(found.get(2)).as("differences of %s from the source", table).isZero();
    assertThat(found.get(3)).as("rows in the progress of %s", backfill).isEqualTo(Copy.ROWS);
    assertThat(found.get(4)).as("partitions of %s open at the sink", backfill).isZero();
    return found.get(5) - Copy.ROWS;
  }
}
