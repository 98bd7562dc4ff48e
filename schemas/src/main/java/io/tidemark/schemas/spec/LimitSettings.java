package io.tidemark.schemas.spec;

import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * What a backfill may use at most, all workers together.
 *
 * @param rowsPerSecond rows that it may move, per second
 * @param sourceRowsPerSecond rows that all backfills of the same source may move together, per
 *     second
 * @param lanes partitions that may run at the same time
 */
public record LimitSettings(
    OptionalDouble rowsPerSecond, OptionalDouble sourceRowsPerSecond, OptionalInt lanes) {}
