package io.tidemark.schemas.spec;

import java.time.Duration;

/**
 * Size of a chunk.
 *
 * @param target time that a chunk should take; its size adapts to that
 * @param rows rows at most
 * @param bytes bytes at most
 */
public record ChunkSettings(Duration target, int rows, long bytes) {}
