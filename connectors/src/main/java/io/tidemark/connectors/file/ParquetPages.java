package io.tidemark.connectors.file;

import io.tidemark.connectors.parquet.ParquetCodecs;
import java.io.IOException;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.Util;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.io.SeekableInputStream;

/**
 * Looks over the page headers of a row group before Parquet's reader does, which allocates what
 * they claim: a damaged one would cost the whole process its memory. Reads the headers alone.
 */
final class ParquetPages {

  private ParquetPages() {}

  /**
   * @throws IOException if a page claims more bytes than the file or {@link ParquetCodecs#MOST}
   *     have, or a dictionary more values than bytes
   */
  static void check(StoredInput input, BlockMetaData group) throws IOException {
    try (SeekableInputStream in = input.newStream()) {
      for (ColumnChunkMetaData column : group.getColumns()) {
        long at = column.getStartingPos();
        long end = at + column.getTotalSize();
        while (at < end) {
          in.seek(at);
          PageHeader page = Util.readPageHeader(in);
          // Against the file's end, not the column's: old writers did not count every header.
          long left = input.getLength() - in.getPos();
          check(page, left, column.getPath() + ", page at byte " + at);
          at = in.getPos() + page.getCompressed_page_size();
        }
      }
    }
  }

  private static void check(PageHeader page, long left, String where) throws IOException {
    int packed = page.getCompressed_page_size();
    int size = page.getUncompressed_page_size();
    if (packed < 0 || packed > left || size < 0 || size > ParquetCodecs.MOST) {
      throw new IOException(
          "column %s: %d bytes that become %d, and %d follow".formatted(where, packed, size, left));
    }
    if (page.isSetDictionary_page_header()) {
      int values = page.getDictionary_page_header().getNum_values();
      if (values < 0 || values > size) {
        throw new IOException(
            "column %s: a dictionary of %d values in %d bytes".formatted(where, values, size));
      }
    }
  }
}
