package io.tidemark.connectors.file;

import io.tidemark.connectors.api.PlannedSlice;
import io.tidemark.core.lifecycle.Slice;
import io.tidemark.core.retry.TaskException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * Finds where slices of a file may begin: reads it once, in constant memory, and looks at line ends
 * and quotes only. A line end within quotes ends no record; that cannot be known from the middle of
 * a file, which is why the planner reads it all.
 */
final class RecordScanner {

  private static final int BUFFER = 1 << 18;

  private enum At {
    START,
    PLAIN,
    QUOTED,
    QUOTE
  }

  private final SourceFile file;
  private final FileFormat format;
  private final boolean quotes;
  private final byte delimiter;
  private final boolean countsBlank;

  private RecordScanner(
      SourceFile file, FileFormat format, boolean quotes, byte delimiter, boolean countsBlank) {
    this.file = file;
    this.format = format;
    this.quotes = quotes;
    this.delimiter = delimiter;
    this.countsBlank = countsBlank;
  }

  /**
   * @param blanks whether an empty line is a record
   */
  static RecordScanner csv(SourceFile file, byte delimiter, boolean blanks) {
    return new RecordScanner(file, FileFormat.CSV, true, delimiter, blanks);
  }

  static RecordScanner lines(SourceFile file) {
    return new RecordScanner(file, FileFormat.JSONL, false, (byte) 0, false);
  }

  /**
   * Cuts what lies from {@code from} to the file's end.
   *
   * @param target a slice ends with the record that reaches so many bytes
   * @throws TaskException FATAL if a quote is never closed or a record longer than {@link
   *     ByteWindow#MOST}
   */
  void cut(long from, long target, Consumer<PlannedSlice> out) throws TaskException {
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
    byte[] bytes = buffer.array();
    long slice = from;
    long record = from;
    long rows = 0;
    long at = from;
    boolean content = false;
    At state = At.START;
    try (FileBytes source = file.open()) {
      while (at < file.size()) {
        int n = source.read(buffer.clear(), at);
        if (n < 0) {
          file.refuseChange();
          throw new IOException("it ends at byte " + at + " of " + file.size());
        }
        for (int i = 0; i < n; i++) {
          byte c = bytes[i];
          if (c == '\n' && state != At.QUOTED) {
            rows += content || countsBlank ? 1 : 0;
            content = false;
            state = At.START;
            record = at + i + 1;
            if (record - slice >= target && rows > 0) {
              out.accept(slice(slice, record, rows));
              slice = record;
              rows = 0;
            }
          } else {
            content |= c != '\r' && (quotes || (c != ' ' && c != '\t'));
            state = quotes ? next(state, c) : At.PLAIN;
          }
        }
        at += n;
        refuseLength(record, at, state);
      }
      if (state == At.QUOTED) {
        throw openQuote(record, "and the file ends");
      }
      rows += content ? 1 : 0;
      if (rows > 0) {
        out.accept(slice(slice, file.size(), rows));
      }
      file.refuseChange();
    } catch (IOException e) {
      throw FileErrors.reading(file.path(), e);
    }
  }

  private At next(At state, byte c) {
    return switch (state) {
      case QUOTED -> c == '"' ? At.QUOTE : At.QUOTED;
      case QUOTE -> c == '"' ? At.QUOTED : c == delimiter ? At.START : At.PLAIN;
      case START -> c == '"' ? At.QUOTED : c == delimiter ? At.START : At.PLAIN;
      case PLAIN -> c == delimiter ? At.START : At.PLAIN;
    };
  }

  private void refuseLength(long record, long at, At state) throws TaskException {
    if (at - record > ByteWindow.MOST) {
      if (state == At.QUOTED) {
        throw openQuote(record, "within " + ByteWindow.MOST + " bytes");
      }
      throw TaskException.fatal(
          BadRecord.place(file, record)
              + ": longer than "
              + ByteWindow.MOST
              + " bytes; is it "
              + format.id()
              + "?");
    }
  }

  private TaskException openQuote(long record, String until) {
    return TaskException.fatal(
        BadRecord.place(file, record)
            + ": a quote is opened in it and never closed, "
            + until
            + "; close it, or double quotes that are text");
  }

  private PlannedSlice slice(long from, long to, long rows) {
    return new PlannedSlice(new Slice.FilePart(file.slice(format, from, to)), rows);
  }
}
