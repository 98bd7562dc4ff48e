package io.tidemark.reconciler.status;

import io.tidemark.reconciler.flow.MalformedRecords;
import io.tidemark.reconciler.flow.Queries;
import io.tidemark.reconciler.flow.Replies;

/**
 * What the server answers from.
 *
 * @param queries about backfills
 * @param replies to other instances
 * @param health of this process
 * @param malformed records that were passed over
 * @param metrics of this process
 */
public record Services(
    Queries queries,
    Replies replies,
    Health health,
    MalformedRecords malformed,
    ReconcilerMetrics metrics) {}
