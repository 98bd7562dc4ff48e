package io.tidemark.bench.data;

import io.trino.tpch.LineItem;
import io.trino.tpch.LineItemGenerator;
import java.util.Iterator;

/** TPC-H's lineitem, with a running number as its key: some 6,000,000 rows per unit of scale. */
public final class Lineitem {

  /** Name of the table. */
  public static final String TABLE = "lineitem";

  private Lineitem() {}

  /** The statement that creates it, under a name. */
  public static String create(String table) {
    return create(table, "l_quantity numeric(12,2)", "l_comment varchar(44)");
  }

  /** As {@link #create(String)}, with another quantity column and another comment column. */
  public static String create(String table, String quantity, String comment) {
    return """
        CREATE TABLE %s (id bigint PRIMARY KEY,
          l_orderkey bigint NOT NULL, l_partkey bigint NOT NULL, l_suppkey bigint NOT NULL,
          l_linenumber int NOT NULL, %s NOT NULL, l_extendedprice numeric(12,2) NOT NULL,
          l_discount numeric(12,2) NOT NULL, l_tax numeric(12,2) NOT NULL,
          l_returnflag varchar(1) NOT NULL, l_linestatus varchar(1) NOT NULL,
          l_shipdate date NOT NULL, l_commitdate date NOT NULL, l_receiptdate date NOT NULL,
          l_shipinstruct varchar(25) NOT NULL, l_shipmode varchar(10) NOT NULL, %s NOT NULL)
        """
        .formatted(table, quantity, comment);
  }

  /** Its rows in the text form of COPY, one line each. */
  static Iterator<String> rows(double scale) {
    Iterator<LineItem> items = new LineItemGenerator(scale, 1, 1).iterator();
    return new Iterator<>() {
      private long id;

      @Override
      public boolean hasNext() {
        return items.hasNext();
      }

      @Override
      public String next() {
        // dbgen's own text form, with a bar behind each field; no field holds a bar or a backslash.
        String line = items.next().toLine();
        String fields = line.endsWith("|") ? line.substring(0, line.length() - 1) : line;
        return ++id + "\t" + fields.replace('|', '\t') + "\n";
      }
    };
  }
}
