package io.tidemark.reconciler.status;

import io.tidemark.reconciler.flow.Commands;
import io.tidemark.reconciler.flow.DeadLetters;
import io.tidemark.reconciler.flow.MalformedRecords;
import io.tidemark.reconciler.flow.News;
import io.tidemark.reconciler.flow.Queries;
import io.tidemark.reconciler.flow.Replies;
import java.util.function.LongSupplier;

/**
 * What the server answers from.
 *
 * @param queries about backfills
 * @param news for those who listen to events
 * @param replies to other instances
 * @param deadLetters that were set aside
 * @param commands to the coordinator
 * @param clockMs milliseconds since the epoch
 * @param health of this process
 * @param malformed records that were passed over
 * @param metrics of this process
 */
public record Services(
    Queries queries,
    News news,
    Replies replies,
    DeadLetters deadLetters,
    Commands commands,
    LongSupplier clockMs,
    Health health,
    MalformedRecords malformed,
    ReconcilerMetrics metrics) {}
