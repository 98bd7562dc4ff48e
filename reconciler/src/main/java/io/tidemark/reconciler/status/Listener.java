package io.tidemark.reconciler.status;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.security.KeyStore;
import java.util.Optional;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/**
 * The address that the API answers at. It is bound before anything starts, so that an instance can
 * tell the others its port; whoever connects early waits. Bounds what a client may cost.
 */
public final class Listener implements AutoCloseable {

  /** A connection on which nothing moves for so long is closed. */
  static final int IDLE_MS = 30_000;

  private static final int HEADER_BYTES = 8_192;
  private static final int BACKLOG = 128;

  private final ServerSocketChannel channel;
  private final InetSocketAddress address;
  private final Optional<Tls> tls;

  private Listener(ServerSocketChannel channel, Optional<Tls> tls) throws IOException {
    this.channel = channel;
    this.address = (InetSocketAddress) channel.getLocalAddress();
    this.tls = tls;
  }

  /**
   * Key and certificates of this server.
   *
   * @param password of the key
   */
  public record Tls(KeyStore keys, String password) {

    @Override
    public String toString() {
      return "TLS";
    }
  }

  /**
   * Binds.
   *
   * @param port 0: any free one
   * @throws IllegalStateException if the address cannot be bound
   */
  public static Listener open(String host, int port, Optional<Tls> tls) {
    try {
      ServerSocketChannel channel = ServerSocketChannel.open();
      try {
        channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
        channel.bind(new InetSocketAddress(host, port), BACKLOG);
        return new Listener(channel, tls);
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
    } catch (IOException | RuntimeException e) {
      throw new IllegalStateException(
          "cannot serve HTTP at "
              + host
              + ":"
              + port
              + ": "
              + e.getMessage()
              + "; set another http.port",
          e);
    }
  }

  /** Port that is bound. */
  public int port() {
    return address.getPort();
  }

  /** {@code https} or {@code http}. */
  public String scheme() {
    return tls.isPresent() ? "https" : "http";
  }

  Connector connector(Server server, HttpConfiguration http) {
    http.setSendServerVersion(false);
    http.setRequestHeaderSize(HEADER_BYTES);
    HttpConnectionFactory plain = new HttpConnectionFactory(http);
    ServerConnector connector =
        tls.map(t -> secured(server, http, plain, t))
            .orElseGet(() -> new ServerConnector(server, plain));
    connector.setIdleTimeout(IDLE_MS);
    SlowClients.watch(connector);
    try {
      connector.open(channel);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return connector;
  }

  private static ServerConnector secured(
      Server server, HttpConfiguration http, HttpConnectionFactory plain, Tls tls) {
    // Which name was asked is decided by Access; tokens guard what is reached by another one.
    http.addCustomizer(new SecureRequestCustomizer(false));
    SslContextFactory.Server context = new SslContextFactory.Server();
    context.setKeyStore(tls.keys());
    context.setKeyManagerPassword(tls.password());
    context.setSniRequired(false);
    return new ServerConnector(
        server, new SslConnectionFactory(context, plain.getProtocol()), plain);
  }

  /** Closes the address, if no server has taken it. */
  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
