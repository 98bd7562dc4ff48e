package io.tidemark.bench.data;

import java.sql.SQLException;

/** The table that a copy goes to, and what must be in it afterwards. */
public final class Target {

  private final Database database;
  private final String table;
  private final String create;
  private final Database source;
  private final String wanted;
  private String expected;

  /**
   * A table of which every run starts with an empty one.
   *
   * @param table its name in {@code database}
   * @param create the statement that creates it
   * @param wanted a query of {@code source} that gives the rows that it must hold, columns in the
   *     table's order and of the table's types
   */
  public Target(Database database, String table, String create, Database source, String wanted) {
    this.database = database;
    this.table = table;
    this.create = create;
    this.source = source;
    this.wanted = wanted;
  }

  /** Where the table is. */
  public Database database() {
    return database;
  }

  /** Rows in it. */
  public long rows() throws SQLException {
    return database.number("SELECT count(*) FROM " + table);
  }

  /** Drops what the former run left, and writes out what the server still has to write. */
  public void empty() throws SQLException {
    drop();
    database.execute(create, "CHECKPOINT");
  }

  /** As {@link #empty()}, for who creates the table as well. */
  public void drop() throws SQLException {
    database.execute(
        "DROP TABLE IF EXISTS tidemark_progress", "DROP TABLE IF EXISTS " + table, "CHECKPOINT");
  }

  /**
   * Compares number and checksum of the rows, whatever their order, with the source's.
   *
   * @throws IllegalStateException if they differ
   */
  public void check() throws SQLException {
    if (expected == null) {
      expected = fingerprint(source, wanted);
    }
    String found = fingerprint(database, "SELECT * FROM " + table);
    if (!found.equals(expected)) {
      throw new IllegalStateException(table + " holds " + found + ", the source gives " + expected);
    }
  }

  private static String fingerprint(Database database, String query) throws SQLException {
    return database.text(
        "SELECT count(*) || ' rows, checksum ' || coalesce(sum(hash_record_extended(t, 0)::numeric), 0)"
            + " FROM ("
            + query
            + ") t");
  }
}
