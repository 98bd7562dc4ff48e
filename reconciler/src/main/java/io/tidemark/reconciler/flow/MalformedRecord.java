package io.tidemark.reconciler.flow;

/**
 * A record that the reconciler could not use and passed over.
 *
 * @param topic its topic
 * @param partition its Kafka partition
 * @param offset its offset
 * @param message what is wrong with it, without any of its content
 * @param at when it was met, milliseconds since the epoch
 */
public record MalformedRecord(String topic, int partition, long offset, String message, long at) {}
