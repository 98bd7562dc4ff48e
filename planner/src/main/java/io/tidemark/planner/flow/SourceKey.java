package io.tidemark.planner.flow;

import io.tidemark.schemas.spec.ConnectorConfig;

/** Names the database or files that rows come from, the same for all backfills that share them. */
final class SourceKey {

  private SourceKey() {}

  /** Of a database {@code postgresql://host:port/name}, else the kind and the path. */
  static String of(ConnectorConfig source) {
    String url = source.config().path("url").asText();
    return url.isEmpty()
        ? source.kind() + ":" + source.config().path("path").asText()
        : url.replaceFirst("^jdbc:", "").replaceFirst("[?;].*$", "");
  }
}
