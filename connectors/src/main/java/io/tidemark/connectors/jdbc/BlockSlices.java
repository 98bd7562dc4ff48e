package io.tidemark.connectors.jdbc;

import io.tidemark.connectors.api.PlannedSlice;
import io.tidemark.connectors.cut.Cut;
import io.tidemark.connectors.jdbc.PostgresRowFormat.Form;
import io.tidemark.core.lifecycle.Slice;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.OffsetRange;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Cuts a table by where its rows lie: ranges of blocks of its file, up to the last block there is
 * when it is cut. Offsets are those of {@link TupleId}, the stream is the {@link TableFile}.
 */
final class BlockSlices {

  private static final long MEGABYTE = 1 << 20;

  private BlockSlices() {}

  /**
   * Returns how it was cut, a line each.
   *
   * @throws TaskException FATAL if it cannot be cut so, or is not what {@code after} was cut from
   */
  static List<String> split(
      Connection connection,
      SourceTable table,
      Cut.ByBlocks cut,
      Optional<Slice> after,
      Consumer<PlannedSlice> out)
      throws SQLException, TaskException {
    check(table);
    TableFile file = TableFile.hold(connection, table.table().name(), table.errors());
    long from = 0;
    if (after.isPresent()) {
      OffsetRange last = range(after.get(), table);
      file.requireSame(last.getStream(), table.errors());
      from = TupleId.block(last.getTo());
    }
    List<String> told = new ArrayList<>();
    KeySampler sampler = new KeySampler(connection, rows(table), table.table(), told);
    sampler.measure();
    if (!sampler.heap()) {
      throw table
          .errors()
          .fatal(
              "it is not stored in blocks of rows as PostgreSQL's own tables are; cut it by key");
    }
    double rowsOfBlock = sampler.rows() / Math.max(1, file.blocks());
    long size = Math.max(1, cut.megabytes() * MEGABYTE / file.blockSize());
    told.add(
        String.format(
            Locale.ROOT,
            "cut: %s: each %,d of %,d blocks of %,d bytes",
            file.stream(),
            size,
            file.blocks(),
            file.blockSize()));
    for (long at = from; at < file.blocks(); at += size) {
      long to = Math.min(at + size, file.blocks());
      OffsetRange range = new OffsetRange(file.stream(), TupleId.ofBlock(at), TupleId.ofBlock(to));
      out.accept(new PlannedSlice(new Slice.Offsets(range), Math.round((to - at) * rowsOfBlock)));
    }
    return List.copyOf(told);
  }

  /** How a range of blocks is read. */
  static String explain(SourceTable table, Form form) throws TaskException {
    check(table);
    return "read, and cut into chunks as it comes: COPY ("
        + StreamedBlocks.query(table, form, 0, TupleId.ofBlock(1))
        + ") TO STDOUT (FORMAT BINARY)";
  }

  /** The table's rows that the user's condition lets through, whatever their keys. */
  static KeySql rows(SourceTable table) {
    return new KeySql(table.table().name(), List.of(), table.settings().where());
  }

  private static OffsetRange range(Slice slice, SourceTable table) throws TaskException {
    if (slice instanceof Slice.Offsets o) {
      return o.range();
    }
    throw table
        .errors()
        .fatal(
            "cut by its blocks, it does not go on behind "
                + slice
                + "; plan the backfill again under a new name");
  }

  private static void check(SourceTable table) throws TaskException {
    table.refuseWhatCannotBeCut();
    if (table.table().kind() == 'p') {
      throw table
          .errors()
          .fatal(
              "it is partitioned, and each of its partitions has blocks of its own; copy each by a"
                  + " spec of its own, or cut it by key");
    }
    if (table.table().major() < KeySampler.OLDEST) {
      throw table
          .errors()
          .fatal(
              "partition.physical wants a server that reads ranges of tuple ids, PostgreSQL "
                  + KeySampler.OLDEST
                  + " or newer, and this one is "
                  + table.table().major()
                  + "; cut it by key");
    }
  }
}
