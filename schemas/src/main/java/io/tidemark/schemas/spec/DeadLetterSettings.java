package io.tidemark.schemas.spec;

/**
 * A backfill's budget of rows that may be set aside because the sink, or the source's format,
 * refuses them. The limit that is reached first counts.
 *
 * @param count rows of the whole backfill, at least 0
 * @param share of the rows planned, from 0 to 1
 */
public record DeadLetterSettings(long count, double share) {}
