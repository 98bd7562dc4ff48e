package io.tidemark.connectors.api;

import java.util.List;
import org.apache.avro.Schema;

/**
 * The columns of a source, as read at plan time.
 *
 * @param name what people call it, such as {@code public.orders}
 * @param schema Avro record schema of a row in the general format; field order is column order
 * @param columns one entry for each field, in order
 * @param key names of the columns that identify a row; empty where there is none
 */
public record SourceShape(String name, Schema schema, List<Column> columns, List<String> key) {

  /**
   * @param name column name, unquoted
   * @param nativeType the type in the source's own words, such as {@code numeric(10,2)}; for files
   *     and columns that were cast the Avro type in JSON
   * @param nullable whether it may hold NULL
   */
  public record Column(String name, String nativeType, boolean nullable) {}

  /**
   * Property of a field whose type the spec's transform has changed: the Avro type at the source,
   * JSON.
   */
  public static final String CAST = "tidemark.cast.from";

  /** Property of the record schema that says in whose words {@link Column#nativeType} is. */
  public static final String DIALECT = "tidemark.dialect";

  public SourceShape {
    columns = List.copyOf(columns);
    key = List.copyOf(key);
  }
}
