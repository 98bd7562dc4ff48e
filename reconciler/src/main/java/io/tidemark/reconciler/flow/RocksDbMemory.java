package io.tidemark.reconciler.flow;

import org.rocksdb.Cache;
import org.rocksdb.LRUCache;
import org.rocksdb.RocksDB;
import org.rocksdb.WriteBufferManager;

/**
 * The memory that all RocksDB stores of one reconciler share. Left alone, each of some hundred
 * stores takes up to 98 MB for itself. To be closed after Kafka Streams.
 */
public final class RocksDbMemory implements AutoCloseable {

  private final Cache cache;
  private final WriteBufferManager writeBuffers;

  /**
   * Reserves nothing yet.
   *
   * @param bytes for blocks, indexes and write buffers together; up to half of it for the latter
   */
  public RocksDbMemory(long bytes) {
    RocksDB.loadLibrary();
    this.cache = new LRUCache(bytes);
    this.writeBuffers = new WriteBufferManager(bytes / 2, cache);
  }

  Cache cache() {
    return cache;
  }

  WriteBufferManager writeBuffers() {
    return writeBuffers;
  }

  @Override
  public void close() {
    writeBuffers.close();
    cache.close();
  }
}
