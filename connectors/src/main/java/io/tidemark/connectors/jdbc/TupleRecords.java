package io.tidemark.connectors.jdbc;

import io.tidemark.connectors.api.Rows;
import io.tidemark.core.retry.TaskException;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;

/** Turns tuples of {@link PostgresAvro} expressions into records. One record is used over again. */
final class TupleRecords implements BinaryTuples.Taker {

  private final PostgresAvro.Decoder[] decoders;
  private final PostgresErrors errors;
  private final GenericData.Record row;
  private final Rows out;

  TupleRecords(
      Schema schema, List<PostgresAvro.Mapping> mappings, PostgresErrors errors, Rows out) {
    this.errors = errors;
    this.decoders =
        mappings.stream().map(PostgresAvro.Mapping::decoder).toArray(PostgresAvro.Decoder[]::new);
    this.row = new GenericData.Record(schema);
    this.out = out;
  }

  @Override
  public void tuple(byte[] buffer, int offset, int length) throws TaskException {
    int at = offset + 2;
    for (int i = 0; i < decoders.length; i++) {
      int size = BigEndian.int32(buffer, at);
      at += 4;
      if (size < 0) {
        row.put(i, null);
      } else {
        row.put(i, decoded(i, buffer, at, size));
        at += size;
      }
    }
    out.record(row);
  }

  private Object decoded(int field, byte[] buffer, int at, int size) throws TaskException {
    try {
      return decoders[field].decode(buffer, at, size);
    } catch (PostgresAvro.NoSuchValueException e) {
      throw errors.fatal(
          "column " + row.getSchema().getFields().get(field).name() + " " + e.getMessage());
    }
  }
}
