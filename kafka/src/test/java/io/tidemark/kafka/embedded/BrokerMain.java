package io.tidemark.kafka.embedded;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** An embedded broker as a process of its own, to be killed. Ends when its standard input does. */
final class BrokerMain {

  private BrokerMain() {}

  public static void main(String[] args) throws IOException {
    try (var broker = EmbeddedBroker.start(Path.of(args[0]), Integer.parseInt(args[1]), Map.of())) {
      System.out.println("READY " + broker.bootstrapServers());
      while (System.in.read() >= 0) {
        // Nothing is expected: only the end counts.
      }
    }
  }
}
