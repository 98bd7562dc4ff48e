package io.tidemark.cli.demo;

import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.BackfillState;
import io.tidemark.schemas.avro.Progress;
import io.tidemark.worker.flow.DigestedRows;
import java.sql.SQLException;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Compares source, sink and ledger after the run, from the tables themselves. */
final class DemoProof {

  /** Hash and count of all rows, computed by the server, which knows nothing of Tidemark. */
  private static final String SQL_DIGEST =
      "SELECT count(*) || ' rows, ' || coalesce(sum(hashtextextended(f::text, 0)::numeric), 0)"
          + " FROM flights f";

  private final DemoDatabase database;
  private final Progress ledger;
  private final int takenOver;
  private boolean good = true;

  /**
   * @param takenOver partitions of the killed worker that others claimed
   */
  DemoProof(DemoDatabase database, Progress ledger, int takenOver) {
    this.database = database;
    this.ledger = ledger;
    this.takenOver = takenOver;
  }

  /** Prints the proof; true if it holds. */
  boolean show() throws SQLException, TaskException, InterruptedException {
    DigestedRows source = database.digest(DemoDatabase.SOURCE);
    DigestedRows sink = database.digest(DemoDatabase.TARGET);
    long distinct = database.number(DemoDatabase.TARGET, "SELECT count(DISTINCT id) FROM flights");
    String sqlSource = database.text(DemoDatabase.SOURCE, SQL_DIGEST);
    String sqlSink = database.text(DemoDatabase.TARGET, SQL_DIGEST);
    long inserted = inserted(sink.rows());
    long progressRows =
        database.number(DemoDatabase.TARGET, "SELECT sum(rows) FROM tidemark_progress");

    Demo.say("7. Proof");
    line(
        "state",
        ledger.getState() == BackfillState.COMPLETED && ledger.getCovered(),
        ledger.getState()
            + "; the partitions cover the plan: "
            + (ledger.getCovered() ? "no gap, no overlap" : "not proved"));
    line(
        "rows",
        source.rows() == sink.rows()
            && sink.rows() == ledger.getRows()
            && sink.rows() == progressRows,
        String.format(
            Locale.ROOT,
            "source %,d = sink %,d = ledger %,d = sink's own progress %,d",
            source.rows(),
            sink.rows(),
            ledger.getRows(),
            progressRows));
    line(
        "digest",
        source.digestSum() == sink.digestSum() && sink.digestSum() == ledger.getDigest().getSum(),
        String.format(
            Locale.ROOT,
            "source %016x = sink %016x = ledger %016x",
            source.digestSum(),
            sink.digestSum(),
            ledger.getDigest().getSum()));
    line("SQL digest", sqlSource.equals(sqlSink), "source " + sqlSource + " = sink " + sqlSink);
    line("takeovers", takenOver > 0, "%d partitions of the killed worker", takenOver);
    line("duplicates", distinct == sink.rows(), Long.toString(sink.rows() - distinct));
    line("drift", ledger.getDrift() == 0, Long.toString(ledger.getDrift()));
    Demo.say(
        "   %-11s%,d rolled back with the chunks in flight at the crash, and written again",
        "redone", inserted - sink.rows());
    Demo.say(good ? "Proved." : "NOT PROVED: see the lines marked with ≠");
    return good;
  }

  /**
   * Rows that were ever inserted, rolled back or not: what exceeds the table was done again. The
   * server counts them when a session ends or rests, so this waits for the last of them.
   */
  private long inserted(long atLeast) throws SQLException, InterruptedException {
    long seen = 0;
    for (int i = 0; i < 50 && seen < atLeast; i++) {
      TimeUnit.MILLISECONDS.sleep(100);
      seen =
          database.number(
              DemoDatabase.TARGET,
              "SELECT n_tup_ins FROM pg_stat_user_tables WHERE relname = 'flights'");
    }
    return seen;
  }

  private void line(String what, boolean holds, String format, Object... arguments) {
    good &= holds;
    Demo.say(" %s %-11s%s", holds ? " " : "≠", what, String.format(Locale.ROOT, format, arguments));
  }
}
