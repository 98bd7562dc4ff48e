package io.tidemark.connectors.jdbc;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.connectors.api.ChunkReader;
import io.tidemark.connectors.api.ChunkReader.ChunkEnd;
import io.tidemark.connectors.api.Claim;
import io.tidemark.connectors.api.CollectedRows;
import io.tidemark.connectors.api.PlannedSlice;
import io.tidemark.connectors.api.RowFormat;
import io.tidemark.connectors.api.Sink;
import io.tidemark.connectors.api.SinkWriter;
import io.tidemark.connectors.api.Source;
import io.tidemark.core.chunking.ChunkSize;
import io.tidemark.core.lifecycle.Cursor;
import io.tidemark.core.lifecycle.Slice;
import io.tidemark.core.lifecycle.Totals;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.CommittedFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Copies a whole table as planner and worker do, one slice after the other. */
public final class Copies {

  private static final ChunkSize CHUNK = new ChunkSize(1000, 1 << 20);

  private Copies() {}

  /** Which format the ends agree on. */
  public enum Path {
    NATIVE,
    TEXT,
    RECORDS,
    /** The best that they have in common, as a worker does. */
    AGREED
  }

  /**
   * Copies; the sink is checked and prepared first.
   *
   * @return the slices
   */
  public static List<PlannedSlice> copy(JsonNode from, JsonNode to, Path path)
      throws TaskException {
    JdbcConnector jdbc = new JdbcConnector();
    List<PlannedSlice> slices = new ArrayList<>();
    try (Source source = jdbc.source(from, null);
        Sink sink = jdbc.sink(to).orElseThrow()) {
      List<RowFormat> common = new ArrayList<>(source.formats());
      common.retainAll(sink.accepts(source.shape()));
      String prefix =
          switch (path) {
            case NATIVE -> "pgcopy:";
            case TEXT -> "pgtext:";
            case RECORDS -> "avro";
            case AGREED -> "";
          };
      RowFormat format =
          common.stream()
              .filter(f -> f.id().startsWith(prefix))
              .findFirst()
              .orElseThrow(() -> new AssertionError(path + " is none of " + common));
      copy(source, sink, format, slices);
    }
    return slices;
  }

  /** The field {@code id} of a slice's rows, in the order of reading. */
  static List<String> ids(Source source, Slice slice) throws TaskException {
    CollectedRows rows = new CollectedRows(r -> r.get("id").toString());
    try (ChunkReader reader = source.open(slice, RowFormat.RECORDS)) {
      ChunkEnd end = new ChunkEnd(Cursor.START, false);
      while (!end.last()) {
        end = reader.read(end.cursor(), CHUNK, rows);
      }
    }
    return rows.identities();
  }

  /**
   * Copies between ends of any kind; the sink is checked and prepared first.
   *
   * @param slices takes the slices
   * @return files that the sink wrote
   */
  static List<CommittedFile> copy(
      Source source, Sink sink, RowFormat format, List<PlannedSlice> slices) throws TaskException {
    List<CommittedFile> files = new ArrayList<>();
    sink.check(source.shape());
    sink.prepare(source.shape());
    source.split(Optional.empty(), slices::add);
    for (int i = 0; i < slices.size(); i++) {
      Claim claim = new Claim("copy-00000000", "copy-00000000/" + i, 1, "w");
      try (ChunkReader reader = source.open(slices.get(i).slice(), format);
          SinkWriter writer = sink.open(claim, source.shape(), format)) {
        ChunkEnd end = new ChunkEnd(Cursor.START, false);
        while (!end.last()) {
          end = reader.read(end.cursor(), CHUNK, writer.begin());
          Totals totals = new Totals(0, 0, 0, format.id(), 0, 0);
          files.addAll(writer.commit(end.cursor(), totals, end.last()));
        }
      }
    }
    return files;
  }
}
