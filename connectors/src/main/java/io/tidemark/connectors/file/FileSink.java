package io.tidemark.connectors.file;

import io.tidemark.connectors.api.Claim;
import io.tidemark.connectors.api.Manifest;
import io.tidemark.connectors.api.RowFormat;
import io.tidemark.connectors.api.Sink;
import io.tidemark.connectors.api.SinkWriter;
import io.tidemark.connectors.api.SourceShape;
import io.tidemark.connectors.columns.TextValues;
import io.tidemark.core.retry.TaskException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.avro.Schema;

/**
 * A folder of files. Every chunk is a finished file in a folder aside, see {@link Staging}; a file
 * counts once the ledger names it. Readers of the folder see nothing until the backfill is
 * complete; then {@link #finish} moves the ledger's files there and writes {@code
 * _manifest-<backfill>.json}, see {@link Promotion}.
 *
 * <p>The folder may hold other files: these are never touched, and a name that is taken is an
 * error. A full disk is an OVERLOAD: the partition waits for room.
 */
final class FileSink implements Sink {

  private static final int PROBE = 4_096;

  private final SinkSettings settings;

  FileSink(SinkSettings settings) {
    this.settings = settings;
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
    Path root = settings.root();
    if (Files.exists(root) && !Files.isDirectory(root)) {
      throw TaskException.fatal("sink.file.path: " + root + " is a file; name a folder");
    }
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
      if (settings.format() == FileFormat.CSV) {
        TextValues.printer(field.schema());
      } else {
        ParquetSchemas.of(
            Schema.createRecord(
                "row", null, null, false, List.of(new Schema.Field(field, field.schema()))));
      }
      return "";
    } catch (RuntimeException e) {
      return "(" + field.schema() + ") " + e.getMessage();
    }
  }

  @Override
  public void checkUnused(String backfill) throws TaskException {
    Optional<Path> found = Promotion.remains(settings.root(), backfill);
    if (found.isPresent()) {
      throw TaskException.fatal(
          "sink.file.path: "
              + found.get()
              + " is there already, but this Kafka cluster has no plan of "
              + backfill
              + ": it was archived, it ran on another one, or its topics were lost. Nothing was changed. To write"
              + " its files again, move away "
              + Promotion.manifest(settings.root(), backfill)
              + ", "
              + Staging.folder(settings.root(), backfill)
              + " and the files "
              + settings.root().resolve(backfill + "-*")
              + "; or give the spec a new name");
    }
  }

  @Override
  public void prepare(SourceShape source) throws TaskException {
    check(source);
    Path folder = settings.root().resolve(Staging.FOLDER);
    try {
      Files.createDirectories(folder);
      // Permissions alone do not tell: the file system may be read-only, or full.
      Path probe = Files.createTempFile(folder, "probe", ".tmp");
      Files.write(probe, new byte[PROBE]);
      Files.delete(probe);
    } catch (IOException e) {
      throw FileErrors.writing(folder, e);
    }
  }

  @Override
  public SinkWriter open(Claim claim, SourceShape source, RowFormat format) throws TaskException {
    if (!format.equals(RowFormat.RECORDS)) {
      throw TaskException.fatal("files take rows as '" + RowFormat.RECORDS.id() + "' only");
    }
    Path manifest = Promotion.manifest(settings.root(), claim.backfill());
    if (Files.exists(manifest)) {
      throw TaskException.fatal(
          "partition "
              + claim.partition()
              + ": the backfill is finished, for "
              + manifest
              + " is there; to run it again, give the spec a new name");
    }
    Staging staging = new Staging(settings.root(), claim, settings.format());
    staging.raise();
    return new FileSinkWriter(settings, source, staging);
  }

  @Override
  public void finish(Manifest manifest) throws TaskException {
    new Promotion(settings.root(), manifest).run();
  }

  @Override
  public boolean needsFinish() {
    return true;
  }

  @Override
  public void close() {
    // Holds nothing open: writers are closed by those who opened them.
  }
}
