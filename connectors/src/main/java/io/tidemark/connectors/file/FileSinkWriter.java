package io.tidemark.connectors.file;

import io.tidemark.connectors.api.RecordRows;
import io.tidemark.connectors.api.Rows;
import io.tidemark.connectors.api.SinkWriter;
import io.tidemark.connectors.api.SourceShape;
import io.tidemark.core.lifecycle.Cursor;
import io.tidemark.core.lifecycle.Totals;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.CommittedFile;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Optional;
import org.apache.avro.generic.GenericRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes each chunk as a file of its own; a chunk without rows makes none. */
final class FileSinkWriter implements SinkWriter, RecordRows {

  private static final Logger log = LoggerFactory.getLogger(FileSinkWriter.class);

  private final SinkSettings settings;
  private final SourceShape shape;
  private final SinkStorage storage;
  private final Staging staging;
  private boolean begun;
  private Staging.Chunk chunk;
  private RowFile rows;
  private long count;

  FileSinkWriter(SinkSettings settings, SourceShape shape, SinkStorage storage, Staging staging) {
    this.settings = settings;
    this.shape = shape;
    this.storage = storage;
    this.staging = staging;
  }

  @Override
  public Optional<Progress> progress() {
    return Optional.empty();
  }

  @Override
  public Rows begin() throws TaskException {
    if (begun) {
      throw new IllegalStateException("a chunk is open");
    }
    staging.check();
    begun = true;
    return this;
  }

  @Override
  public void record(GenericRecord row) throws TaskException {
    if (!begun) {
      throw new IllegalStateException("no chunk is open");
    }
    if (chunk == null) {
      chunk = staging.create();
    }
    try {
      if (rows == null) {
        rows = open(chunk.file().output());
      }
      rows.write(row);
    } catch (IOException e) {
      throw storage.failure(chunk.file().name(), e);
    }
    count++;
  }

  private RowFile open(FileOutput file) throws IOException {
    return switch (settings.format()) {
      case CSV -> new CsvRowFile(file, shape);
      case JSONL -> new JsonRowFile(file, shape);
      case PARQUET ->
          new ParquetRowFile(file, shape.schema(), settings.compression(), Integer.MAX_VALUE);
      case AVRO -> new AvroRowFile(file, shape.schema(), settings.compression());
    };
  }

  @Override
  public List<CommittedFile> commit(Cursor cursor, Totals totals, boolean last)
      throws TaskException {
    if (!begun) {
      throw new IllegalStateException("no chunk is open");
    }
    if (chunk == null) {
      staging.check();
      begun = false;
      return List.of();
    }
    try {
      rows.end();
      chunk.file().finish();
      staging.check();
      CommittedFile file = new CommittedFile(chunk.finished(), count, chunk.file().publish());
      forget();
      return List.of(file);
    } catch (NoSuchFileException e) {
      staging.check();
      throw storage.failure(chunk.file().name(), e);
    } catch (IOException e) {
      throw storage.failure(chunk.file().name(), e);
    }
  }

  private void forget() {
    begun = false;
    chunk = null;
    rows = null;
    count = 0;
  }

  @Override
  public void abort() {
    if (chunk != null) {
      try {
        chunk.file().close();
      } catch (IOException e) {
        log.warn(
            "{} is left behind; it counts for nothing and goes when the backfill is finished",
            chunk.file().name(),
            e);
      }
    }
    forget();
  }

  @Override
  public void close() {
    abort();
  }
}
