package io.tidemark.connectors.jdbc;

/**
 * The type of a column.
 *
 * @param name full name with modifiers, qualified outside of {@code pg_catalog}: {@code
 *     numeric(10,2)}, {@code shop.mood}
 * @param base name of the base type where it is one of {@code pg_catalog}, a domain's included,
 *     such as {@code int4}; empty for all others
 * @param modifier the base type's modifier as PostgreSQL keeps it; -1: none
 * @param full what the values really are: the base type's full name
 * @param portable whether its binary form means the same in another database: false for types
 *     without binary input or output and for those whose binary form holds object ids
 */
record PostgresType(String name, String base, int modifier, String full, boolean portable) {

  /** The total digits of a {@code numeric}; 0: any. */
  int precision() {
    return modifier < 4 ? 0 : ((modifier - 4) >> 16) & 0xffff;
  }

  /** The fraction digits of a {@code numeric} that has a precision; may be negative. */
  int scale() {
    // Eleven bits, two's complement.
    return (((modifier - 4) & 0x7ff) ^ 1024) - 1024;
  }
}
