package io.tidemark.core.lifecycle;

import java.util.List;

/**
 * Where the next chunk of a partition starts: an exclusive lower key, one text per key column in
 * the source's own textual form, or an offset in decimal. Empty: at the start of the slice.
 */
public record Cursor(List<String> parts) {

  /** At the start of the slice. */
  public static final Cursor START = new Cursor(List.of());

  public Cursor {
    parts = List.copyOf(parts);
  }

  /** A cursor of one part, such as an offset. */
  public static Cursor of(long offset) {
    return new Cursor(List.of(Long.toString(offset)));
  }

  /** A cursor of the given key texts. */
  public static Cursor of(String... parts) {
    return new Cursor(List.of(parts));
  }

  public boolean isStart() {
    return parts.isEmpty();
  }

  /**
   * The offset that this cursor holds, or the given value at the start.
   *
   * @throws IllegalStateException if this is not the cursor of an offset
   */
  public long offsetOr(long start) {
    if (isStart()) {
      return start;
    }
    if (parts.size() != 1) {
      throw new IllegalStateException("cursor " + parts + " is a key, not an offset");
    }
    try {
      return Long.parseLong(parts.get(0));
    } catch (NumberFormatException e) {
      throw new IllegalStateException("cursor " + parts + " is a key, not an offset", e);
    }
  }

  @Override
  public String toString() {
    return isStart() ? "start" : String.join(",", parts);
  }
}
