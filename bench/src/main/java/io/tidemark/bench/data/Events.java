package io.tidemark.bench.data;

import java.util.Iterator;
import java.util.SplittableRandom;

/**
 * A table whose key is skewed and full of gaps, of 2,000,000 rows per unit of scale: bursts of
 * neighbouring keys, and leaps between them of up to a billion; most rows are short, some are long.
 */
public final class Events {

  /** Name of the table. */
  public static final String TABLE = "events";

  private static final long SEED = 20_260_101;
  private static final long ROWS = 2_000_000;
  private static final int LONGEST = 4_000;

  private Events() {}

  /** The statement that creates it, under a name. */
  public static String create(String table) {
    return "CREATE TABLE %s (id bigint PRIMARY KEY, account bigint NOT NULL, payload text NOT NULL)"
        .formatted(table);
  }

  /** Its rows in the text form of COPY, one line each; the same for the same scale. */
  static Iterator<String> rows(double scale) {
    long rows = Math.max(1, Math.round(ROWS * scale));
    SplittableRandom random = new SplittableRandom(SEED);
    return new Iterator<>() {
      private long made;
      private long id;

      @Override
      public boolean hasNext() {
        return made < rows;
      }

      @Override
      public String next() {
        made++;
        id += gap(random);
        long account = (long) Math.exp(random.nextDouble() * 14);
        int length = (int) Math.min(LONGEST, 8 / Math.pow(1 - random.nextDouble(), 0.8));
        StringBuilder line =
            new StringBuilder().append(id).append('\t').append(account).append('\t');
        for (int i = 0; i < length; i++) {
          line.append((char) ('a' + random.nextInt(26)));
        }
        return line.append('\n').toString();
      }
    };
  }

  // Nine of ten neighbours touch; one in ten thousand leaps by up to a billion.
  private static long gap(SplittableRandom random) {
    int dice = random.nextInt(10_000);
    return dice >= 1_000
        ? 1
        : dice > 0 ? 1 + random.nextLong(100) : random.nextLong(1_000_000_000) + 1;
  }
}
