package io.tidemark.reconciler.status;

import java.util.Optional;

/**
 * What the server tells of itself, and whom it lets in.
 *
 * @param namespace of the topics it serves
 * @param version of Tidemark
 * @param instance {@code host:port} under which it is reached
 * @param tokens of callers; empty: everybody on this machine is an operator
 * @param maxBodyBytes of a request
 */
public record ServerSettings(
    String namespace, String version, String instance, Optional<Tokens> tokens, int maxBodyBytes) {}
