package io.tidemark.core.worker;

import io.tidemark.schemas.avro.Descriptor;

/**
 * What a lane is to run: one attempt at one claimed partition.
 *
 * @param id unique within this worker's life
 * @param descriptor the partition
 * @param fence the claim's fence
 * @param from where to go on, unless the sink knows better
 */
public record Task(long id, Descriptor descriptor, long fence, Point from) {}
