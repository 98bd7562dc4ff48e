package io.tidemark.connectors.jdbc;

import io.tidemark.connectors.jdbc.KeySql.Sample;
import io.tidemark.connectors.sql.Sql;
import io.tidemark.core.plan.KeyCuts;
import io.tidemark.core.plan.KeyCuts.Boundary;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Cuts a large table by what some of its rows say: rights to read it are enough, statistics are not
 * needed. Blocks at even distances are read, in a table loaded in the order of its key as well as
 * in a shuffled one, and never more than a quarter of them; the same table gives the same cuts.
 */
final class KeySampler {

  /**
   * Cuts of the whole table.
   *
   * @param all ascending; the rows of each are as many as a sample of {@code scale} has
   * @param past how many of them lie no further than where an earlier planner stopped
   * @param scale rows of the table for each row of the boundaries
   * @param forecast largest partition over the mean, as far as can be told
   */
  record Cuts(List<Boundary> all, int past, double scale, double forecast) {
    Cuts {
      all = List.copyOf(all);
    }
  }

  /** Blocks up to which a table's index is walked instead: it is exact. 32 MiB as a rule. */
  static final long SMALL = 4_096;

  /** Whose servers, and newer ones, read a range of blocks by itself. */
  static final int OLDEST = 14;

  private static final int COUNTED_BLOCKS = 256;
  private static final int COUNT_GROWTH = 16;
  private static final long MOST_COUNTED = 65_536;
  private static final long ENOUGH_COUNTED = 1_000;
  // As many rows as a block of 8 KiB can have.
  private static final int ALL_LINES = 291;
  private static final int LEAST_STEP = 4;
  private static final int BLOCKS_PER_PART = 8;
  private static final int BLOCKS_PER_FILE = 8;
  private static final int SAMPLES_PER_PART = 192;
  private static final int LINES_PER_BLOCK = 24;
  // With their lines some 2.4 million rows, which are sorted.
  private static final long MOST_BLOCKS = 100_000;
  private static final int PROBES = 16;
  private static final int PROBE = 1_000;

  private final Connection connection;
  private final KeySql key;
  private final PostgresTable table;
  private final List<String> told;
  private final List<Long> files = new ArrayList<>();
  private boolean heap = true;
  private long blocks;
  private long largestFile;
  private long all;
  private long taken;
  private double scale = 1;

  /**
   * @param told takes what was done, a line each
   */
  KeySampler(Connection connection, KeySql key, PostgresTable table, List<String> told) {
    this.connection = connection;
    this.key = key;
    this.table = table;
    this.told = told;
  }

  /** Whether the table is large enough, and its server new enough; measures it. */
  boolean fits(long small) throws SQLException {
    measure();
    return heap && blocks > small && table.major() >= OLDEST;
  }

  /** Whether rows lie in blocks as tuple ids say; measure first. */
  boolean heap() {
    return heap;
  }

  /** Estimated rows, whether they count or not; call rows first. */
  double allRows() {
    return all * scale;
  }

  /** Counts blocks of all the table's files; a partitioned table has those of its partitions. */
  void measure() throws SQLException {
    String name = Sql.literal(table.name().sql());
    String each =
        table.kind() == 'p'
            ? "(SELECT relid FROM pg_partition_tree(" + name + ") WHERE isleaf)"
            : "(SELECT " + name + "::regclass AS relid)";
    try (Statement s = connection.createStatement();
        ResultSet r =
            s.executeQuery(
                "SELECT coalesce(pg_relation_size(c.oid), 0)"
                    + " / current_setting('block_size')::bigint,"
                    + " coalesce(a.amname = 'heap', false)"
                    + " FROM "
                    + each
                    + " AS f JOIN pg_class c ON c.oid = f.relid"
                    + " LEFT JOIN pg_am a ON a.oid = c.relam")) {
      while (r.next()) {
        files.add(r.getLong(1));
        heap &= r.getBoolean(2);
      }
    }
    blocks = files.stream().mapToLong(n -> n).sum();
    largestFile = files.stream().mapToLong(n -> n).max().orElse(0);
  }

  // Of many small files as well, several blocks each are read.
  private long step(double wanted) {
    long most = Math.max(LEAST_STEP, largestFile / BLOCKS_PER_FILE);
    return Math.max(LEAST_STEP, Math.min(most, (long) (blocks / wanted)));
  }

  private double scale(long step) {
    long read = files.stream().mapToLong(n -> Math.ceilDiv(n, step)).sum();
    return read == 0 ? 1 : (double) blocks / read;
  }

  /**
   * Estimated rows with a key, those that the user's condition lets through; measure first. Where
   * few blocks show few of them, more are read.
   */
  double rows() throws SQLException {
    for (long counted = COUNTED_BLOCKS; ; counted *= COUNT_GROWTH) {
      long step = blocks <= COUNTED_BLOCKS ? 1 : step((double) counted);
      String sql = key.sampledRows(new Sample(largestFile, step, ALL_LINES));
      try (Statement s = connection.createStatement();
          ResultSet r = s.executeQuery(sql)) {
        r.next();
        all = r.getLong(1);
        taken = r.getLong(2);
      }
      if (taken >= ENOUGH_COUNTED || step <= LEAST_STEP || counted >= MOST_COUNTED) {
        told.add("rows: " + sql);
        scale = scale(step);
        return taken * scale;
      }
    }
  }

  /** Even cuts of a dense integer key; empty if it is none. */
  Optional<Cuts> even(double rows, long parts, List<String> start) throws SQLException {
    List<String> names = key.key().stream().map(PostgresTable.Column::name).toList();
    // Not a domain: what it forbids cannot be asked for.
    boolean integer =
        List.of("smallint", "integer", "bigint").contains(key.key().getFirst().type().name());
    if (names.size() > 1
        || !integer
        || key.where().isPresent()
        || table.indexes().stream().noneMatch(i -> i.decides(names))) {
      return Optional.empty();
    }
    List<List<String>> ends = new ArrayList<>(read(key.smallest()));
    ends.addAll(read(key.largest(null)));
    if (ends.size() < 2) {
      return Optional.empty();
    }
    long smallest = Long.parseLong(ends.get(0).get(0));
    long largest = Long.parseLong(ends.get(1).get(0));
    double span = (double) largest - smallest + 1;
    if (span > rows * KeyCuts.MOST || !KeyCuts.dense(span, rows, probes(smallest, largest))) {
      return Optional.empty();
    }
    told.add("cut: evenly, as the key is unique and dense");
    List<Boundary> cuts = new ArrayList<>();
    int past = 0;
    for (long end : KeyCuts.even(smallest, largest, parts)) {
      long upTo = (long) (rows * ((double) end - smallest + 1) / span);
      cuts.add(new Boundary(List.of(Long.toString(end)), upTo, 0));
      past += start != null && end <= Long.parseLong(start.getFirst()) ? 1 : 0;
    }
    return Optional.of(new Cuts(cuts, past, 1, Math.max(1, span / rows)));
  }

  private List<Double> probes(long smallest, long largest) throws SQLException {
    BigInteger below = BigInteger.valueOf(smallest).subtract(BigInteger.ONE);
    BigInteger span = BigInteger.valueOf(largest).subtract(below);
    BigInteger width = span.min(BigInteger.valueOf(PROBE));
    List<Double> probes = new ArrayList<>();
    for (int i = 0; i < PROBES; i++) {
      BigInteger from =
          below.add(
              span.subtract(width)
                  .multiply(BigInteger.valueOf(i))
                  .divide(BigInteger.valueOf(PROBES - 1)));
      // What lies below the smallest key may be no value of the type.
      List<String> lower = from.equals(below) ? null : List.of(from.toString());
      String sql =
          "SELECT count(*)" + key.from() + key.within(lower, List.of(from.add(width).toString()));
      if (i == PROBES - 1) {
        told.add("is it dense, " + PROBES + " times: " + sql);
      }
      probes.add(Queries.number(connection, sql) / width.doubleValue());
    }
    return probes;
  }

  /** Cuts of a sample; call rows first. */
  Cuts sampled(double rows, long parts, List<String> start) throws SQLException {
    // Of a block with few rows that count, more are looked at.
    int lines = (int) Math.min(ALL_LINES, Math.ceil(LINES_PER_BLOCK * (all + 1.0) / (taken + 1.0)));
    double rowsOfBlock = Math.min(LINES_PER_BLOCK, rows / blocks);
    double wanted =
        Math.max(COUNTED_BLOCKS, parts * Math.max(BLOCKS_PER_PART, SAMPLES_PER_PART / rowsOfBlock));
    long step = step(Math.min(MOST_BLOCKS, wanted));
    String sql = key.sampled(new Sample(largestFile, step, lines), parts, start);
    told.add("cut: " + sql);
    List<Boundary> cuts = new ArrayList<>();
    int past = 0;
    int width = key.key().size();
    try (Statement s = connection.createStatement();
        ResultSet r = s.executeQuery(sql)) {
      while (r.next()) {
        List<String> texts = new ArrayList<>(width);
        for (int i = 1; i <= width; i++) {
          texts.add(r.getString(i));
        }
        cuts.add(new Boundary(texts, r.getLong(width + 1), r.getLong(width + 2)));
        past += r.getBoolean(width + 3) ? 0 : 1;
      }
    }
    double scale = cuts.isEmpty() ? 1 : rows / cuts.getLast().rows();
    return new Cuts(cuts, past, scale, KeyCuts.forecast(cuts, parts));
  }

  private List<List<String>> read(String sql) throws SQLException {
    return Queries.texts(connection, sql, key.key().size());
  }
}
