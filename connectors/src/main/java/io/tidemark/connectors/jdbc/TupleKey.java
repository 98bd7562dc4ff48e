package io.tidemark.connectors.jdbc;

import io.tidemark.connectors.jdbc.PostgresRowFormat.Form;
import io.tidemark.connectors.sql.Sql;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * The key of one binary tuple, held apart from it: no row costs an allocation. Only for keys that
 * are among the selected columns and of which equal values have equal bytes, so that no database is
 * needed to see where a run of equal keys ends. No field of the key is NULL.
 */
final class TupleKey {

  /** Turns a field's bytes into the text form that the type reads back. */
  private interface Reader {
    String text(byte[] b, int at, int length);
  }

  /** The position in the key of each of the tuple's first fields; -1: it is not of the key. */
  private final int[] places;

  private final Reader[] readers;
  private final int[] ends;
  private byte[] held = new byte[64];

  private TupleKey(int[] places, Reader[] readers) {
    this.places = places;
    this.readers = readers;
    this.ends = new int[readers.length];
  }

  /** A key of these columns in tuples of the selected ones, if it can be had from them. */
  static Optional<TupleKey> of(
      List<PostgresTable.Column> key, List<PostgresTable.Column> selected, Form form) {
    Reader[] readers = new Reader[key.size()];
    int[] places = new int[key.stream().mapToInt(selected::indexOf).max().orElse(-1) + 1];
    Arrays.fill(places, -1);
    for (int i = 0; i < readers.length; i++) {
      PostgresTable.Column c = key.get(i);
      int field = selected.indexOf(c);
      if (field < 0 || !c.exact()) {
        return Optional.empty();
      }
      places[field] = i;
      readers[i] = reader(c, form);
    }
    return Optional.of(new TupleKey(places, readers));
  }

  private static Reader reader(PostgresTable.Column column, Form form) {
    boolean textual =
        switch (form) {
          case BINARY -> false;
          case TEXT -> true;
          case RECORDS ->
              !PostgresAvro.mapping(column).expression().equals(Sql.ident(column.name()));
        };
    return textual
        ? TupleKey::string
        : switch (column.type().base()) {
          case "int2" -> (b, at, n) -> Short.toString(BigEndian.int16(b, at));
          case "int4" -> (b, at, n) -> Integer.toString(BigEndian.int32(b, at));
          case "int8" -> (b, at, n) -> Long.toString(BigEndian.int64(b, at));
          case "uuid" ->
              (b, at, n) ->
                  new UUID(BigEndian.int64(b, at), BigEndian.int64(b, at + Long.BYTES)).toString();
          case "text", "varchar" -> TupleKey::string;
          case "date" -> (b, at, n) -> TimeText.date(BigEndian.int32(b, at));
          case "timestamp" -> (b, at, n) -> TimeText.timestamp(BigEndian.int64(b, at), "");
          // The session's zone is UTC.
          case "timestamptz" -> (b, at, n) -> TimeText.timestamp(BigEndian.int64(b, at), "+00");
          default -> throw new IllegalStateException("an exact type: " + column.type());
        };
  }

  private static String string(byte[] b, int at, int length) {
    return new String(b, at, length, StandardCharsets.UTF_8);
  }

  /** Holds a tuple's key from now on. */
  void hold(byte[] b, int offset) {
    int at = offset + Short.BYTES;
    int used = 0;
    for (int place : places) {
      int size = BigEndian.int32(b, at);
      at += Integer.BYTES;
      if (place >= 0) {
        if (used + size > held.length) {
          held = Arrays.copyOf(held, Math.max(used + size, held.length * 2));
        }
        System.arraycopy(b, at, held, used, size);
        used += size;
        ends[place] = used;
      }
      at += Math.max(0, size);
    }
  }

  /** Whether a tuple's key is the one that is held. */
  boolean same(byte[] b, int offset) {
    int at = offset + Short.BYTES;
    int used = 0;
    for (int place : places) {
      int size = BigEndian.int32(b, at);
      at += Integer.BYTES;
      if (place >= 0) {
        if (used + size != ends[place]
            || !Arrays.equals(b, at, at + size, held, used, used + size)) {
          return false;
        }
        used += size;
      }
      at += Math.max(0, size);
    }
    return true;
  }

  /** The text forms of the key that is held, in key order. */
  List<String> texts() {
    String[] texts = new String[readers.length];
    int from = 0;
    for (int place : places) {
      if (place >= 0) {
        texts[place] = readers[place].text(held, from, ends[place] - from);
        from = ends[place];
      }
    }
    return List.of(texts);
  }
}
