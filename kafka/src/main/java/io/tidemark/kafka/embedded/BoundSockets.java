package io.tidemark.kafka.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.server.ServerSocketFactory;

/**
 * Sockets on 127.0.0.1 that are bound before Kafka starts: the ports stand in the broker's
 * settings, and no other process can take them in between.
 */
final class BoundSockets implements ServerSocketFactory, AutoCloseable {

  private static final int BACKLOG = 50;

  private final List<ServerSocketChannel> channels = new ArrayList<>();

  /**
   * Binds one more socket.
   *
   * @param port 0 for any free port
   * @return the port it got
   * @throws BrokerStartException if the port is taken
   */
  int bind(int port) {
    try {
      var channel = ServerSocketChannel.open();
      channels.add(channel);
      channel.bind(
          new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port),
          BACKLOG);
      channel.configureBlocking(false);
      return channel.socket().getLocalPort();
    } catch (IOException e) {
      throw new BrokerStartException(
          "cannot listen on 127.0.0.1:"
              + port
              + " ("
              + e.getMessage()
              + "); stop what uses the port, or choose another one (0 takes any free port)",
          e);
    }
  }

  @Override
  public ServerSocketChannel openServerSocket(
      String listener, InetSocketAddress address, int backlog, int receiveBuffer)
      throws IOException {
    for (ServerSocketChannel channel : channels) {
      if (channel.socket().getLocalPort() == address.getPort()) {
        return channel;
      }
    }
    // Only a listener that the caller added through overrides comes here.
    return ServerSocketFactory.INSTANCE.openServerSocket(listener, address, backlog, receiveBuffer);
  }

  /** Frees the ports, including those Kafka never asked for because it failed before. */
  @Override
  public void close() throws IOException {
    for (ServerSocketChannel channel : channels) {
      channel.close();
    }
  }
}
