package io.tidemark.connectors.iceberg;

import io.tidemark.connectors.api.Claim;
import io.tidemark.connectors.api.Leftover;
import io.tidemark.connectors.api.Manifest;
import io.tidemark.connectors.api.RowFormat;
import io.tidemark.connectors.api.Sink;
import io.tidemark.connectors.api.SinkWriter;
import io.tidemark.connectors.api.SourceShape;
import io.tidemark.core.retry.TaskException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.Table;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.io.SupportsPrefixOperations;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types;

/**
 * A table of Apache Iceberg that rows are appended to. Every chunk is finished data files beside
 * the table's, which count once the ledger names them; readers of the table see none of them until
 * the backfill is complete. Then {@link #finish} makes all of them part of the table in one commit,
 * see {@link Append}.
 */
final class IcebergSink implements Sink {

  private final Settings settings;
  private final Lake lake;
  private Opened opened;

  /** The table as this process writes it, looked at once. */
  private record Opened(Table table, RowShape shape, Places places) {}

  IcebergSink(Settings settings) {
    this.settings = settings;
    this.lake = new Lake(settings);
  }

  @Override
  public List<RowFormat> accepts(SourceShape source) {
    return List.of(RowFormat.RECORDS);
  }

  @Override
  public List<String> obstacles(SourceShape source, RowFormat format) {
    return List.of("tables of Iceberg are written from records");
  }

  @Override
  public void check(SourceShape source) throws TaskException {
    Optional<Table> table = lake.find();
    if (table.isPresent()) {
      checked(table.get(), source);
    } else if (settings.create()) {
      created(source);
    } else {
      throw lake.missing();
    }
  }

  private RowShape checked(Table table, SourceShape source) throws TaskException {
    RowShape.Matched matched = RowShape.of(source.schema(), table.schema());
    List<String> problems = new ArrayList<>(matched.problems());
    String obstacle = Partitions.obstacle(table.spec());
    if (!obstacle.isEmpty()) {
      problems.add(obstacle);
    }
    if (!settings.partitionedBy().isEmpty()) {
      PartitionSpec wanted = Partitions.spec(table.schema(), settings.partitionedBy());
      if (!table.spec().compatibleWith(wanted)) {
        problems.add(
            "sink.iceberg.partitionedBy says "
                + settings.partitionedBy()
                + ", and the table is partitioned otherwise ("
                + table.spec().fields()
                + "); leave it out");
      }
    }
    SnapshotRef ref = table.refs().get(settings.branch());
    if (ref != null && ref.isTag()) {
      problems.add("sink.iceberg.branch: '" + settings.branch() + "' is a tag; name a branch");
    }
    if (table.properties().containsKey("encryption.key-id")) {
      problems.add("the table is encrypted, which is not supported");
    }
    refuse(source, problems);
    LakeWriter.codec(table);
    return matched.shape();
  }

  private void refuse(SourceShape source, List<String> problems) throws TaskException {
    if (!problems.isEmpty()) {
      throw TaskException.fatal(
          source.name() + " does not fit " + settings + ": " + String.join("; ", problems));
    }
  }

  private record Made(org.apache.iceberg.Schema schema, PartitionSpec partitions) {}

  private Made created(SourceShape source) throws TaskException {
    List<String> problems = new ArrayList<>();
    for (Schema.Field field : source.schema().getFields()) {
      try {
        LakeTypes.of(field.schema());
      } catch (IllegalArgumentException e) {
        problems.add("column '" + source.columns().get(field.pos()).name() + "' " + e.getMessage());
      }
    }
    refuse(source, problems);
    org.apache.iceberg.Schema schema = LakeTypes.table(source.schema());
    for (Types.NestedField field : TypeUtil.indexById(schema.asStruct()).values()) {
      if (field.type().typeId() == Type.TypeID.TIMESTAMP_NANO) {
        problems.add(
            "column '"
                + schema.findColumnName(field.fieldId())
                + "' has nanoseconds, which a table of format version 2 has not; cast it to "
                + (((Types.TimestampNanoType) field.type()).shouldAdjustToUTC()
                    ? "timestamptz"
                    : "timestamp")
                + ", or create the table with format-version 3");
      }
    }
    refuse(source, problems);
    return new Made(schema, Partitions.spec(schema, settings.partitionedBy()));
  }

  @Override
  public void checkUnused(String backfill) throws TaskException {
    Optional<Table> found = lake.find();
    if (found.isEmpty()) {
      return;
    }
    Table table = found.get();
    Optional<Snapshot> committed = Append.snapshot(table, backfill);
    String what = "";
    if (committed.isPresent()) {
      what = "snapshot " + committed.get().snapshotId() + " holds it";
    } else if (isBegun(table, new Places(table, backfill))) {
      what = "its files are there already";
    }
    if (!what.isEmpty()) {
      Places places = new Places(table, backfill);
      throw TaskException.fatal(
          "sink.iceberg.table: "
              + settings
              + ": "
              + what
              + ", but this Kafka cluster has no plan of "
              + backfill
              + ": it ran on another one, or its topics were lost. Nothing was changed. "
              + (committed.isPresent()
                  ? "To write its rows again, delete them from the table, and give the spec a new"
                      + " name"
                  : "To write its files again, delete "
                      + places.folder()
                      + places.dataFolder().map(f -> " and " + f).orElse("")
                      + "; or give the spec a new name"));
    }
  }

  private static boolean isBegun(Table table, Places places) throws TaskException {
    try {
      return table.io().newInputFile(places.begun()).exists()
          || (table.io() instanceof SupportsPrefixOperations io
              && places.dataFolder().isPresent()
              && io.listPrefix(places.dataFolder().get()).iterator().hasNext());
    } catch (NotFoundException e) {
      return false;
    } catch (RuntimeException e) {
      throw Errors.of("cannot list files of " + places.folder(), e);
    }
  }

  @Override
  public void prepare(SourceShape source) throws TaskException {
    if (lake.find().isEmpty() && settings.create()) {
      Made made = created(source);
      lake.create(made.schema(), made.partitions());
    }
    checked(lake.table(), source);
  }

  @Override
  public SinkWriter open(Claim claim, SourceShape source, RowFormat format) throws TaskException {
    if (!format.equals(RowFormat.RECORDS)) {
      throw TaskException.fatal("tables take rows as '" + RowFormat.RECORDS.id() + "' only");
    }
    Opened to = opened(claim, source);
    Claims claims = new Claims(to.table().io(), claim, to.places().claims(claim.partition()));
    claims.raise();
    return new LakeWriter(to.table(), to.shape(), to.places(), claims, claim);
  }

  private synchronized Opened opened(Claim claim, SourceShape source) throws TaskException {
    if (opened == null) {
      Table table = lake.table();
      if (Append.snapshot(table, claim.backfill()).isPresent()) {
        throw TaskException.fatal(
            "partition "
                + claim.partition()
                + ": the backfill is finished, for a snapshot of "
                + settings
                + " holds it; to run it again, give the spec a new name");
      }
      RowShape shape = checked(table, source);
      Places places = new Places(table, claim.backfill());
      Claims.create(table.io(), places.begun());
      opened = new Opened(table, shape, places);
    }
    return opened;
  }

  @Override
  public void finish(Manifest manifest) throws TaskException {
    new Append(lake.table(), settings.branch(), manifest).run();
  }

  @Override
  public Optional<List<Leftover>> leftovers(String backfill) throws TaskException {
    return Optional.of(new Leftovers(lake.table(), backfill).found());
  }

  @Override
  public void remove(String backfill, List<Leftover> leftovers) throws TaskException {
    new Leftovers(lake.table(), backfill).remove(leftovers);
  }

  @Override
  public boolean needsFinish() {
    return true;
  }

  @Override
  public void close() {
    lake.close();
  }
}
