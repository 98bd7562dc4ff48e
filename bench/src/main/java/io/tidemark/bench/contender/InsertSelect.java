package io.tidemark.bench.contender;

import io.tidemark.bench.data.Database;
import io.tidemark.bench.data.Target;
import io.tidemark.bench.run.Contender;
import io.tidemark.bench.run.Outcome;

/** {@code INSERT … SELECT} inside the source's database: no client, no wire, one backend. */
public final class InsertSelect implements Contender {

  private final Database database;
  private final String table;
  private final String into;
  private final Target target;

  /**
   * @param into the target's table, in the same database
   */
  public InsertSelect(Database database, String table, String into, Target target) {
    this.database = database;
    this.table = table;
    this.into = into;
    this.target = target;
  }

  @Override
  public String name() {
    return "INSERT … SELECT in one database";
  }

  @Override
  public void prepare() throws Exception {
    target.empty();
  }

  @Override
  public Outcome run() throws Exception {
    long start = System.nanoTime();
    database.execute("INSERT INTO " + into + " SELECT * FROM " + table);
    double seconds = (System.nanoTime() - start) / 1e9;
    return new Outcome(seconds, database.number("SELECT count(*) FROM " + into), 0);
  }

  @Override
  public void check(Outcome outcome) throws Exception {
    target.check();
    target.drop();
  }
}
