package io.tidemark.kafka.client;

import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.KafkaConsumer;

/**
 * A consumer of bytes that belongs to no group. Its end waits for nobody: an ordinary one takes
 * leave of each broker behind the fetch that is still open there, half a second where no record
 * comes. What that would free there, a broker frees by itself.
 */
public final class StandaloneConsumer extends KafkaConsumer<byte[], byte[]> {

  /**
   * Opens the connections.
   *
   * @param settings such as {@link ClientConfig#consumer()}
   */
  public StandaloneConsumer(Map<String, Object> settings) {
    super(settings);
  }

  @Override
  public void close() {
    close(CloseOptions.timeout(Duration.ZERO));
  }
}
