package io.tidemark.schemas.spec;

import java.time.Duration;

/** Something that tells how well a source or sink bears the load. */
public sealed interface Probe {

  /** One end of a backfill. */
  enum Side {
    SOURCE,
    SINK
  }

  /** What people call it. */
  String name();

  /**
   * A statement that returns one number.
   *
   * @param limit what the number may be at most
   */
  record Sql(String name, Side on, String sql, double limit) implements Probe {}

  /** How far the replicas of a database may be behind. */
  record ReplicationLag(Side on, Duration limit) implements Probe {
    @Override
    public String name() {
      return "replication lag";
    }
  }

  /** How long a chunk may take. */
  record ChunkLatency(Duration limit) implements Probe {
    @Override
    public String name() {
      return "chunk latency";
    }
  }
}
