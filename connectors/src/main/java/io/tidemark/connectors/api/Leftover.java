package io.tidemark.connectors.api;

/**
 * A file in a sink that a claim has left which is over. Unless a checkpoint names it, it counts for
 * nothing and never will.
 *
 * @param path as {@code CommittedFile} has it
 * @param bytes its size, as far as it is known
 * @param finished false: its writing began and was never completed, and nobody sees it
 */
public record Leftover(String path, long bytes, boolean finished) {}
