package io.tidemark.bench.generated;

import io.tidemark.connectors.api.Claim;
import io.tidemark.connectors.api.Manifest;
import io.tidemark.connectors.api.RowFormat;
import io.tidemark.connectors.api.Rows;
import io.tidemark.connectors.api.Sink;
import io.tidemark.connectors.api.SinkWriter;
import io.tidemark.connectors.api.SourceShape;
import io.tidemark.core.lifecycle.Cursor;
import io.tidemark.core.lifecycle.Totals;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.CommittedFile;
import java.util.List;
import java.util.Optional;
import org.apache.avro.generic.GenericRecord;

/** Takes rows and keeps none; keeps no progress either, so the checkpoint's cursor counts. */
final class ForgetfulSink implements Sink {

  @Override
  public List<RowFormat> accepts(SourceShape source) {
    return List.of(RowFormat.RECORDS);
  }

  @Override
  public void check(SourceShape source) {}

  @Override
  public void checkUnused(String backfill) {}

  @Override
  public void prepare(SourceShape source) {}

  @Override
  public SinkWriter open(Claim claim, SourceShape source, RowFormat format) {
    return new SinkWriter() {
      @Override
      public Optional<Progress> progress() {
        return Optional.empty();
      }

      @Override
      public Rows begin() {
        return new Rows() {
          @Override
          public void record(GenericRecord row) {}

          @Override
          public void bytes(byte[] buffer, int offset, int length) {}

          @Override
          public void refused(GenericRecord row, TaskException why) throws TaskException {
            throw why;
          }
        };
      }

      @Override
      public List<CommittedFile> commit(Cursor cursor, Totals totals, boolean last) {
        return List.of();
      }

      @Override
      public void abort() {}

      @Override
      public void close() {}
    };
  }

  @Override
  public void finish(Manifest manifest) {}

  @Override
  public boolean needsFinish() {
    return false;
  }

  @Override
  public void close() {}
}
