package io.tidemark.reconciler.flow;

import java.util.Map;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.Options;

/** Lets every store live off one {@link RocksDbMemory}. Kafka Streams makes the instances. */
public final class SharedRocksDb implements RocksDBConfigSetter {

  /** Setting that holds the {@link RocksDbMemory}. */
  public static final String MEMORY = "tidemark.rocksdb.memory";

  private static final long WRITE_BUFFER = 4L << 20;

  @Override
  public void setConfig(String storeName, Options options, Map<String, Object> configs) {
    RocksDbMemory memory = (RocksDbMemory) configs.get(MEMORY);
    BlockBasedTableConfig table = (BlockBasedTableConfig) options.tableFormatConfig();
    table.setBlockCache(memory.cache());
    table.setCacheIndexAndFilterBlocks(true);
    table.setPinTopLevelIndexAndFilter(true);
    options.setTableFormatConfig(table);
    options.setWriteBufferManager(memory.writeBuffers());
    options.setWriteBufferSize(WRITE_BUFFER);
    options.setMaxWriteBufferNumber(2);
  }

  @Override
  public void close(String storeName, Options options) {
    // What was set belongs to the RocksDbMemory, which outlives the stores.
  }
}
