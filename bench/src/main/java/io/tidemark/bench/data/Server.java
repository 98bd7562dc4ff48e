package io.tidemark.bench.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The one PostgreSQL server that all contenders use; it ends with this process. */
public interface Server extends AutoCloseable {

  /** Where it listens on 127.0.0.1. */
  int port();

  @Override
  void close() throws IOException;

  /** What it is started with, whichever binaries it runs on: durable, and with room to work. */
  static Map<String, String> settings() {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("fsync", "on");
    settings.put("synchronous_commit", "on");
    settings.put("full_page_writes", "on");
    settings.put("shared_buffers", "1GB");
    settings.put("max_wal_size", "16GB");
    settings.put("checkpoint_timeout", "30min");
    settings.put("maintenance_work_mem", "256MB");
    settings.put("max_connections", "100");
    // It would start in the middle of one run and not of another.
    settings.put("autovacuum", "off");
    return settings;
  }

  /** Starts the server that is installed here, or else the one of Maven Central, below a folder. */
  static Server start(Path folder) throws IOException, InterruptedException {
    Optional<Path> installed = InstalledServer.find();
    return installed.isPresent()
        ? InstalledServer.start(installed.get(), folder)
        : EmbeddedServer.start(folder);
  }
}
