package io.tidemark.connectors.iceberg;

import java.util.function.UnaryOperator;
import org.apache.parquet.io.api.RecordConsumer;

/**
 * How values of a source's column become those of a table's. Neither half takes null.
 *
 * @param put writes a value to Parquet, in the form that Iceberg's specification asks of the type
 * @param partitioned the value as Iceberg's partition transforms take it
 */
record Conversion(Put put, UnaryOperator<Object> partitioned) {

  /** Writes a value of a field that is begun. */
  interface Put {
    /**
     * @throws RefusedValueException if the column cannot hold it
     */
    void put(RecordConsumer out, Object value);
  }
}
