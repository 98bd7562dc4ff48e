package io.tidemark.connectors.api;

/**
 * A worker's ownership of a partition, as a sink sees it.
 *
 * @param backfill backfill id
 * @param partition partition id
 * @param fence grows with every claim of the partition
 * @param worker worker id, for people
 */
public record Claim(String backfill, String partition, long fence, String worker) {}
