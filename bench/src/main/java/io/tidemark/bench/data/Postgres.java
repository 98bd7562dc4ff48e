package io.tidemark.bench.data;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Iterator;
import java.util.Locale;

/** The server with its databases: {@code src}, which holds what is copied, and {@code dst}. */
public final class Postgres implements AutoCloseable {

  private final Server server;
  private final double scale;
  private final PrintStream log;
  private boolean lineitem;
  private boolean events;

  private Postgres(Server server, double scale, PrintStream log) {
    this.server = server;
    this.scale = scale;
    this.log = log;
  }

  /** Starts a server without data below a folder. */
  public static Postgres start(Path folder, double scale, PrintStream log)
      throws IOException, InterruptedException, SQLException {
    Postgres postgres = new Postgres(Server.start(folder), scale, log);
    Database admin = new Database(postgres.server.port(), "postgres");
    admin.execute("CREATE DATABASE src", "CREATE DATABASE dst");
    log.println("PostgreSQL " + admin.text("SHOW server_version") + ", " + Server.settings());
    return postgres;
  }

  /** What is copied. */
  public Database src() {
    return new Database(server.port(), "src");
  }

  /** Where it is copied to. */
  public Database dst() {
    return new Database(server.port(), "dst");
  }

  /** Makes sure that the source has lineitem, and returns its number of rows. */
  public long lineitem() throws SQLException, IOException {
    if (!lineitem) {
      load(Lineitem.TABLE, Lineitem.create(Lineitem.TABLE), Lineitem.rows(scale));
      lineitem = true;
    }
    return src().number("SELECT count(*) FROM " + Lineitem.TABLE);
  }

  /** Makes sure that the source has events, and returns its number of rows. */
  public long events() throws SQLException, IOException {
    if (!events) {
      load(Events.TABLE, Events.create(Events.TABLE), Events.rows(scale));
      events = true;
    }
    return src().number("SELECT count(*) FROM " + Events.TABLE);
  }

  private void load(String table, String create, Iterator<String> rows)
      throws SQLException, IOException {
    long start = System.nanoTime();
    src().execute(create);
    src().load(table, new LinesReader(rows));
    // Frozen: else the first contender to read would set every row's hint bits for the others.
    src().execute("VACUUM (FREEZE, ANALYZE) " + table, "CHECKPOINT");
    log.printf(
        Locale.ROOT,
        "made %s, %,d rows, %s, in %.0f s%n",
        table,
        src().number("SELECT count(*) FROM " + table),
        src().text("SELECT pg_size_pretty(pg_total_relation_size('" + table + "'))"),
        (System.nanoTime() - start) / 1e9);
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
