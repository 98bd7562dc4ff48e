package io.tidemark.schemas.spec;

/**
 * A backfill as its user asked for it, checked, with every default filled in and every secret still
 * a reference.
 *
 * @param name name of the backfill
 * @param domain data domain: names the work, checkpoint and ledger topics
 * @param source where rows come from
 * @param partition how the source is cut
 * @param transform what becomes of the columns on their way
 * @param sink where rows go
 * @param chunk size of a chunk
 * @param retry what happens after a transient failure
 * @param deadLetters how many rows may be set aside
 * @param operation how it gets along with others and with the people who run it
 * @param fingerprint SHA-256 of the spec's canonical JSON, 64 hex digits: comments, formatting and
 *     the order of keys do not matter, values as written do
 * @param text the YAML as given
 */
public record Spec(
    String name,
    String domain,
    ConnectorConfig source,
    ConnectorConfig partition,
    TransformSettings transform,
    ConnectorConfig sink,
    ChunkSettings chunk,
    RetrySettings retry,
    DeadLetterSettings deadLetters,
    OperationSettings operation,
    String fingerprint,
    String text) {

  /** {@code <name>-<first 8 hex of the fingerprint>}: the same spec is the same backfill. */
  public String backfillId() {
    return name + "-" + fingerprint.substring(0, 8);
  }
}
