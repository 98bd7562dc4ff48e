package io.tidemark.connectors.cut;

import io.tidemark.core.lifecycle.RowFilter;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.ListFilter;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The values of a list: those that the spec gives, as the database writes them, or those that the
 * column has.
 *
 * @param most how many values may be found
 */
public record ListValues(ListedColumn column, Cut.ByList cut, int most) {

  /** Of values that are found, as each is a partition. */
  public static final int MOST = 10_000;

  /** Filters behind one, in order; empty: all. */
  public List<RowFilter> behind(Optional<RowFilter> last) throws SQLException, TaskException {
    if (cut.groups().isEmpty()) {
      return found(last);
    }
    List<RowFilter> all = given();
    return last.isEmpty() ? all : all.subList(all.indexOf(last.get()) + 1, all.size());
  }

  /** The filters of the values that the spec gives. */
  public List<RowFilter> given() throws SQLException, TaskException {
    List<String> texts = texts();
    List<RowFilter> filters = new ArrayList<>();
    int at = 0;
    boolean nulls = false;
    for (ListFilter group : cut.groups()) {
      int end = at + group.getValues().size();
      filters.add(filter(texts.subList(at, end), group.getNulls(), false));
      nulls |= group.getNulls();
      at = end;
    }
    if (cut.others()) {
      filters.add(filter(texts, nulls, true));
    }
    return filters;
  }

  // The database says which are the same: 1 and 01 as numbers, a and A in some collations.
  private List<String> texts() throws SQLException, TaskException {
    List<String> given = cut.groups().stream().flatMap(g -> g.getValues().stream()).toList();
    List<String> texts = new ArrayList<>();
    if (given.isEmpty()) {
      return texts;
    }
    for (ListedColumn.Given each : column.given(given)) {
      if (each.first() < texts.size()) {
        throw column.fatal(
            "partition.list.values: '"
                + given.get(each.first())
                + "' and '"
                + given.get(texts.size())
                + "' are the same value; give it once");
      }
      texts.add(each.text());
    }
    return texts;
  }

  private List<RowFilter> found(Optional<RowFilter> last) throws SQLException, TaskException {
    ListFilter from =
        last.map(f -> f instanceof RowFilter.Listed l ? l.filter() : null).orElse(null);
    List<RowFilter> filters = new ArrayList<>();
    if (from != null && from.getNulls()) {
      return filters;
    }
    List<String> values = column.found(from == null ? null : from.getValues().getFirst(), most + 1);
    if (values.size() > most) {
      throw column.fatal(
          "partition.list.column: '"
              + cut.column()
              + "' has more than "
              + most
              + " values; cut by key or hash, or give those values that want partitions");
    }
    values.forEach(v -> filters.add(filter(List.of(v), false, false)));
    if (column.nulls()) {
      filters.add(filter(List.of(), true, false));
    }
    return filters;
  }

  private RowFilter filter(List<String> values, boolean nulls, boolean others) {
    return new RowFilter.Listed(new ListFilter(cut.column(), List.copyOf(values), nulls, others));
  }
}
