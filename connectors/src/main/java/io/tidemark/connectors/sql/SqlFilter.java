package io.tidemark.connectors.sql;

import io.tidemark.core.lifecycle.RowFilter;
import io.tidemark.schemas.avro.HashFilter;
import io.tidemark.schemas.avro.ListFilter;
import java.util.List;

/** Conditions of filters. Those of a list with its others, and all buckets, take each row once. */
record SqlFilter(KeyRead read) {

  void add(KeyRead.Query query, RowFilter filter) {
    switch (filter) {
      case RowFilter.Listed l -> listed(query, l.filter());
      case RowFilter.Hashed h -> query.add(bucket(h.filter()) + " = " + h.filter().getBucket());
    }
  }

  // The others are those of which it is not true, be it false or neither, as it is of NULL.
  private void listed(KeyRead.Query query, ListFilter filter) {
    SqlColumn column = column(filter.getColumn());
    query.add(filter.getOthers() ? "CASE WHEN " : "(");
    String or = "";
    if (filter.getNulls()) {
      query.add(read.named(column) + " IS NULL");
      or = " OR ";
    }
    if (!filter.getValues().isEmpty()) {
      String next = or + read.named(column) + " IN (";
      for (String value : filter.getValues()) {
        read.value(query.add(next), column, value);
        next = ", ";
      }
      query.add(")");
    } else if (!filter.getNulls()) {
      query.add("1 = 0");
    }
    query.add(filter.getOthers() ? " THEN 1 ELSE 0 END = 0" : ")");
  }

  private String bucket(HashFilter filter) {
    List<SqlColumn> columns = filter.getColumns().stream().map(this::column).toList();
    return read.dialect()
        .bucket(columns, columns.stream().map(read::selected).toList(), filter.getBuckets())
        .orElseThrow(() -> new IllegalArgumentException("a hash that cannot be: " + filter));
  }

  private SqlColumn column(String name) {
    return read.table()
        .column(name)
        .orElseThrow(() -> new IllegalArgumentException("a filter by an unknown column: " + name));
  }
}
