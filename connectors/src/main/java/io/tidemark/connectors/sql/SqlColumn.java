package io.tidemark.connectors.sql;

/**
 * A column of a table.
 *
 * @param type in the database's own words, enough to make another like it
 * @param held what it holds
 * @param notNull whether it is declared so
 * @param optional whether a row may leave it out: it may be NULL, has a default or is filled in
 * @param unwritable why nothing may be written to it as it is, such as {@code is generated}; empty:
 *     it may
 */
record SqlColumn(
    String name, String type, Held held, boolean notNull, boolean optional, String unwritable) {}
