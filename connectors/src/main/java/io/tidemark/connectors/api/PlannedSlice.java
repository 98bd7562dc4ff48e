package io.tidemark.connectors.api;

import io.tidemark.core.lifecycle.Slice;

/**
 * A slice that a splitter found.
 *
 * @param slice the rows
 * @param rowsEstimated how many there are, as far as the source can tell cheaply
 */
public record PlannedSlice(Slice slice, long rowsEstimated) {}
