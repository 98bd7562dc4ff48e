package io.tidemark.connectors.file;

import io.tidemark.connectors.api.Claim;
import io.tidemark.connectors.api.Leftover;
import io.tidemark.connectors.api.Manifest;
import io.tidemark.connectors.api.RowFormat;
import io.tidemark.connectors.api.Sink;
import io.tidemark.connectors.api.SinkWriter;
import io.tidemark.connectors.api.SourceShape;
import io.tidemark.connectors.columns.JsonEncoder;
import io.tidemark.connectors.columns.TextValues;
import io.tidemark.core.retry.TaskException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.avro.Schema;

/**
 * A folder of files, or a prefix of objects. Every chunk is a finished file in a folder aside, see
 * {@link Staging}; a file counts once the ledger names it. Readers of the folder see nothing until
 * the backfill is complete; then {@link #finish} has the ledger's files be there and writes {@code
 * _manifest-<backfill>.json}, see {@link Promotion}. What claims that are over left behind is found
 * by {@link Leftovers}.
 *
 * <p>The folder may hold other files: these are never touched, and a name that is taken is an
 * error. A full disk is an OVERLOAD: the partition waits for room.
 */
public final class FileSink implements Sink {

  private final SinkSettings settings;
  private final SinkStorage storage;

  /**
   * @param storage where the files go; closed with this
   */
  public FileSink(SinkSettings settings, SinkStorage storage) {
    this.settings = settings;
    this.storage = storage;
  }

  @Override
  public List<RowFormat> accepts(SourceShape source) {
    return List.of(RowFormat.RECORDS);
  }

  @Override
  public List<String> obstacles(SourceShape source, RowFormat format) {
    return List.of("files of format " + settings.format().id() + " are written from records");
  }

  @Override
  public void check(SourceShape source) throws TaskException {
    storage.check();
    List<String> misfits = new ArrayList<>();
    for (Schema.Field field : source.schema().getFields()) {
      String why = misfit(field);
      if (!why.isEmpty()) {
        misfits.add("column '" + source.columns().get(field.pos()).name() + "' " + why);
      }
    }
    if (!misfits.isEmpty()) {
      throw TaskException.fatal(
          source.name()
              + " cannot be written as "
              + settings.format().id()
              + ": "
              + String.join("; ", misfits));
    }
  }

  private String misfit(Schema.Field field) {
    try {
      switch (settings.format()) {
        case CSV -> TextValues.printer(field.schema());
        case JSONL -> JsonEncoder.of(field.schema());
        case PARQUET ->
            ParquetSchemas.of(
                Schema.createRecord(
                    "row", null, null, false, List.of(new Schema.Field(field, field.schema()))));
        case AVRO -> {
          // Rows travel as what these files hold.
        }
      }
      return "";
    } catch (RuntimeException e) {
      return "(" + field.schema() + ") " + e.getMessage();
    }
  }

  @Override
  public void checkUnused(String backfill) throws TaskException {
    Optional<String> found = Promotion.remains(storage, backfill);
    if (found.isPresent()) {
      throw TaskException.fatal(
          settings.where()
              + ": "
              + storage.place(found.get())
              + " is there already, but this Kafka cluster has no plan of "
              + backfill
              + ": it was archived, it ran on another one, or its topics were lost. Nothing was changed. To write"
              + " its files again, move away "
              + storage.place(StagedName.manifest(backfill))
              + ", "
              + storage.place(StagedName.folder(backfill))
              + " and the files "
              + storage.place(backfill + "-*")
              + "; or give the spec a new name");
    }
  }

  @Override
  public void prepare(SourceShape source) throws TaskException {
    check(source);
    storage.prepare(StagedName.FOLDER);
  }

  @Override
  public SinkWriter open(Claim claim, SourceShape source, RowFormat format) throws TaskException {
    if (!format.equals(RowFormat.RECORDS)) {
      throw TaskException.fatal("files take rows as '" + RowFormat.RECORDS.id() + "' only");
    }
    String manifest = StagedName.manifest(claim.backfill());
    if (Promotion.isFinished(storage, claim.backfill())) {
      throw TaskException.fatal(
          "partition "
              + claim.partition()
              + ": the backfill is finished, for "
              + storage.place(manifest)
              + " is there; to run it again, give the spec a new name");
    }
    Staging staging = new Staging(storage, claim, settings.format());
    staging.raise();
    return new FileSinkWriter(settings, source, storage, staging);
  }

  @Override
  public void finish(Manifest manifest) throws TaskException {
    new Promotion(storage, manifest).run();
  }

  @Override
  public Optional<List<Leftover>> leftovers(String backfill) throws TaskException {
    return Optional.of(new Leftovers(storage, backfill).found());
  }

  @Override
  public void remove(String backfill, List<Leftover> leftovers) throws TaskException {
    new Leftovers(storage, backfill).remove(leftovers);
  }

  @Override
  public boolean needsFinish() {
    return true;
  }

  @Override
  public void close() {
    storage.close();
  }
}
