package io.tidemark.connectors.file;

import io.tidemark.connectors.api.ChunkReader;
import io.tidemark.connectors.api.PlannedSlice;
import io.tidemark.connectors.columns.Shown;
import io.tidemark.core.lifecycle.Slice;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.FileSlice;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.avro.Schema;

/**
 * Avro container files, cut at sync markers: of a file, the planner reads the header and what lies
 * round each cut. Types are those of the files.
 */
final class AvroKind implements FileKind {

  private final SourceSettings settings;

  AvroKind(SourceSettings settings) {
    this.settings = settings;
  }

  @Override
  public Schema schema(List<SourceFile> files) throws TaskException {
    return SchemaDifference.common(files, AvroKind::schema);
  }

  private static Schema schema(SourceFile file) throws TaskException {
    try (AvroContainer container = new AvroContainer(file)) {
      return schema(file, container);
    } catch (IOException | RuntimeException e) {
      throw FileErrors.corrupt(file.path(), "", e);
    }
  }

  private static Schema schema(SourceFile file, AvroContainer container)
      throws TaskException, IOException {
    Schema schema = container.schema();
    if (schema.getType() != Schema.Type.RECORD || schema.getFields().isEmpty()) {
      throw TaskException.fatal(
          file.path() + " holds no records with columns: its schema is " + text(schema));
    }
    if (schema.getFields().size() > CsvKind.MOST_COLUMNS) {
      throw TaskException.fatal(
          "%s has %d columns; at most %d are read"
              .formatted(file.path(), schema.getFields().size(), CsvKind.MOST_COLUMNS));
    }
    for (Schema.Field f : schema.getFields()) {
      refuseRecursion(file, f, f.schema(), new HashSet<>(Set.of(schema.getFullName())));
    }
    return schema;
  }

  private static String text(Schema schema) {
    return Shown.text(schema.toString());
  }

  private static void refuseRecursion(
      SourceFile file, Schema.Field column, Schema type, Set<String> within) throws TaskException {
    switch (type.getType()) {
      case RECORD -> {
        if (!within.add(type.getFullName())) {
          throw TaskException.fatal(
              "%s: column '%s' holds the record %s within itself, and rows of any depth are not read"
                  .formatted(file.path(), Shown.text(column.name()), type.getFullName()));
        }
        for (Schema.Field f : type.getFields()) {
          refuseRecursion(file, column, f.schema(), within);
        }
        within.remove(type.getFullName());
      }
      case ARRAY -> refuseRecursion(file, column, type.getElementType(), within);
      case MAP -> refuseRecursion(file, column, type.getValueType(), within);
      case UNION -> {
        for (Schema branch : type.getTypes()) {
          refuseRecursion(file, column, branch, within);
        }
      }
      default -> {
        // Nothing lies within.
      }
    }
  }

  @Override
  public void cut(SourceFile file, long from, Consumer<PlannedSlice> out) throws TaskException {
    try (AvroContainer container = new AvroContainer(file)) {
      long start = from < 0 ? container.data() : from;
      while (start < file.size()) {
        long aim = start + settings.sliceBytes();
        long end = aim >= file.size() ? file.size() : container.syncBehind(aim);
        container.seek(start);
        long[] block = container.look(file.size());
        // As many rows to the byte as its first block has.
        long rows = (long) (block[0] * ((double) (end - start) / block[1]));
        FileSlice slice = file.slice(FileFormat.AVRO, start, end);
        out.accept(new PlannedSlice(new Slice.FilePart(slice), rows));
        start = end;
      }
      file.refuseChange();
    } catch (IOException e) {
      throw FileErrors.corrupt(file.path(), "", e);
    }
  }

  @Override
  public ChunkReader open(SourceFile file, FileSlice slice, Schema schema) throws TaskException {
    AvroContainer container = null;
    try {
      container = new AvroContainer(file);
      SchemaDifference.refuse(settings.path(), schema, file.path(), schema(file, container));
      return new AvroChunkReader(file, slice, container, schema);
    } catch (IOException | TaskException | RuntimeException e) {
      if (container != null) {
        container.close();
      }
      throw e instanceof TaskException t ? t : FileErrors.corrupt(file.path(), "", e);
    }
  }

  @Override
  public String explain() {
    return "read in parts of about %d bytes that begin behind sync markers"
        .formatted(settings.sliceBytes());
  }
}
