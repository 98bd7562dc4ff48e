package io.tidemark.connectors.iceberg;

import io.tidemark.connectors.api.Claim;
import io.tidemark.connectors.api.RecordRows;
import io.tidemark.connectors.api.Rows;
import io.tidemark.connectors.api.SinkWriter;
import io.tidemark.core.lifecycle.Cursor;
import io.tidemark.core.lifecycle.Totals;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.CommittedFile;
import io.tidemark.schemas.avro.FailureKind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.avro.generic.GenericRecord;
import org.apache.iceberg.PartitionKey;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes each chunk as data files of its own, one for each of the table's partitions that its rows
 * fall into; a chunk without rows makes none. As many are open at a time as {@link #mostOpen} says:
 * of rows that jump among more partitions, some get several files.
 */
final class LakeWriter implements SinkWriter, RecordRows {

  /** Columns of all open files: each takes some 20 KB as soon as it has a value. */
  private static final int MOST_COLUMNS = 2_500;

  private static final int LEAST_OPEN = 64;

  private static final Logger log = LoggerFactory.getLogger(LakeWriter.class);

  private final Table table;
  private final RowShape shape;
  private final Places places;
  private final Claims claims;
  private final String name;
  private final CompressionCodecName codec;
  private final Partitions.Row partitioned;
  private final PartitionKey key;
  private final Map<PartitionKey, ChunkFile> open = new LinkedHashMap<>();
  private final List<CommittedFile> ended = new ArrayList<>();
  private boolean begun;
  private int files;

  LakeWriter(Table table, RowShape shape, Places places, Claims claims, Claim claim)
      throws TaskException {
    this.table = table;
    this.shape = shape;
    this.places = places;
    this.claims = claims;
    // The nonce: a claim may be opened again, and must not find its own names taken.
    this.name =
        Places.shortened(claim.partition())
            + "-"
            + claim.fence()
            + "-"
            + UUID.randomUUID().toString().substring(0, 8);
    this.codec = codec(table);
    this.partitioned = new Partitions.Row(shape);
    this.key = new PartitionKey(table.spec(), shape.schema());
  }

  /**
   * @throws TaskException FATAL if the table asks for a compression that is not written
   */
  static CompressionCodecName codec(Table table) throws TaskException {
    String codec = table.properties().getOrDefault(TableProperties.PARQUET_COMPRESSION, "zstd");
    return switch (codec.toLowerCase(java.util.Locale.ROOT)) {
      case "zstd" -> CompressionCodecName.ZSTD;
      case "snappy" -> CompressionCodecName.SNAPPY;
      case "uncompressed", "none" -> CompressionCodecName.UNCOMPRESSED;
      default ->
          throw TaskException.fatal(
              table.name()
                  + " asks for "
                  + TableProperties.PARQUET_COMPRESSION
                  + "="
                  + codec
                  + "; written are zstd, snappy and uncompressed: change the property");
    };
  }

  /** How many files of a table with so many columns are open at a time. */
  static int mostOpen(int columns) {
    return Math.max(LEAST_OPEN, MOST_COLUMNS / columns);
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
    claims.check();
    begun = true;
    return this;
  }

  @Override
  public void record(GenericRecord row) throws TaskException {
    if (!begun) {
      throw new IllegalStateException("no chunk is open");
    }
    try {
      file(row).write(row);
    } catch (RefusedValueException e) {
      throw new TaskException(FailureKind.POISON, "", table.name() + ": " + e.getMessage(), e);
    } catch (IOException | RuntimeException e) {
      throw Errors.of("cannot write to " + table.location(), e);
    }
  }

  private ChunkFile file(GenericRecord row) throws IOException {
    PartitionKey of = partitioned.of(row, key);
    ChunkFile file = open.get(of);
    if (file == null) {
      if (open.size() == mostOpen(shape.columns().size())) {
        PartitionKey eldest = open.keySet().iterator().next();
        end(open.remove(eldest));
      }
      String location = places.data(name + "-" + files + ".parquet");
      files++;
      file =
          new ChunkFile(
              table.io().newOutputFile(location),
              shape,
              codec,
              Partitions.footer(table.spec(), of));
      open.put(of.copy(), file);
    }
    return file;
  }

  private void end(ChunkFile file) throws IOException {
    try {
      long bytes = file.end();
      ended.add(new CommittedFile(places.relative(file.location()), file.rows(), bytes));
    } catch (IOException | RuntimeException e) {
      drop(file);
      throw e;
    }
  }

  // Parquet leaves a stream open that failed.
  private void drop(ChunkFile file) {
    try {
      file.drop();
    } catch (IOException | RuntimeException e) {
      log.debug("closing {} failed; it is deleted anyway", file.location(), e);
    }
    delete(file.location());
  }

  @Override
  public List<CommittedFile> commit(Cursor cursor, Totals totals, boolean last)
      throws TaskException {
    if (!begun) {
      throw new IllegalStateException("no chunk is open");
    }
    try {
      while (!open.isEmpty()) {
        end(open.remove(open.keySet().iterator().next()));
      }
    } catch (IOException | RuntimeException e) {
      throw Errors.of("cannot write to " + table.location(), e);
    }
    claims.check();
    List<CommittedFile> made = List.copyOf(ended);
    ended.clear();
    begun = false;
    return made;
  }

  @Override
  public void abort() {
    open.values().forEach(this::drop);
    ended.forEach(f -> delete(places.absolute(f.getPath())));
    open.clear();
    ended.clear();
    begun = false;
  }

  // What cannot be deleted counts for nothing all the same.
  private void delete(String location) {
    try {
      table.io().deleteFile(location);
    } catch (NotFoundException e) {
      log.debug("{} is gone already", location, e);
    } catch (RuntimeException e) {
      log.warn("{} is left behind; it goes when the backfill is finished", location, e);
    }
  }

  @Override
  public void close() {
    abort();
  }
}
