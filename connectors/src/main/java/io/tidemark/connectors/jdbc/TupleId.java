package io.tidemark.connectors.jdbc;

/**
 * Tuple ids as numbers: block × 65,536 + line, so that they sort as the database sorts them. Line 0
 * is before the first row of its block.
 */
final class TupleId {

  private static final int LINE_BITS = 16;

  private TupleId() {}

  /** Where a block begins. */
  static long ofBlock(long block) {
    return block << LINE_BITS;
  }

  /** The block that an id lies in. */
  static long block(long id) {
    return id >>> LINE_BITS;
  }

  /** The id of a binary {@code tid}: int32 block, int16 line. */
  static long read(byte[] b, int at) {
    return ofBlock(BigEndian.int32(b, at) & 0xffff_ffffL)
        | (BigEndian.int16(b, at + Integer.BYTES) & 0xffff);
  }

  /** As it stands in SQL. */
  static String literal(long id) {
    return "'(" + block(id) + "," + (id & 0xffff) + ")'::tid";
  }
}
