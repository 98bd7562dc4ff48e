package io.tidemark.cli.chaos;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A TCP proxy on 127.0.0.1 whose connections can be cut, refused, delayed, and slowed down. Every
 * connection has two virtual threads, one for each direction.
 */
final class Proxy implements AutoCloseable {

  private static final int BUFFER = 16 << 10;

  private final int target;
  private final long usualBytesPerSecond;
  private final ServerSocket server;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile boolean refusing;
  private volatile long delayMs;
  private volatile long bytesPerSecond;

  /**
   * Listens on a free port.
   *
   * @param target port on 127.0.0.1 that connections are led to
   * @param bytesPerSecond what may pass in one direction of a connection while nothing is broken
   */
  Proxy(int target, long bytesPerSecond) throws IOException {
    this.target = target;
    this.usualBytesPerSecond = bytesPerSecond;
    this.bytesPerSecond = bytesPerSecond;
    this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofPlatform().name("proxy").daemon().start(this::accept);
  }

  int port() {
    return server.getLocalPort();
  }

  /** Resets every connection there is. */
  void cut() {
    open.forEach(Proxy::reset);
  }

  /** Whether new connections are reset at once. */
  void refuse(boolean refuse) {
    refusing = refuse;
  }

  /** Holds back whatever arrives from now on for so long; 0: no more. */
  void delay(long millis) {
    delayMs = millis;
  }

  /** Lets no more than so much pass in one direction of each connection. */
  void throttle(long perSecond) {
    bytesPerSecond = perSecond;
  }

  /** As it was at first. */
  void heal() {
    refusing = false;
    delayMs = 0;
    bytesPerSecond = usualBytesPerSecond;
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket client = server.accept();
        if (refusing) {
          reset(client);
        } else {
          connect(client);
        }
      } catch (SocketException e) {
        // close() ends the wait; a client that is gone again needs no answer.
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private void connect(Socket client) {
    try {
      Socket behind = new Socket(InetAddress.getLoopbackAddress(), target);
      client.setTcpNoDelay(true);
      behind.setTcpNoDelay(true);
      open.add(client);
      open.add(behind);
      Thread.ofVirtual().start(() -> pump(client, behind));
      Thread.ofVirtual().start(() -> pump(behind, client));
    } catch (IOException e) {
      // Nobody is behind: the client sees what it would see there.
      reset(client);
    }
  }

  private void pump(Socket from, Socket to) {
    byte[] buffer = new byte[BUFFER];
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      int n = in.read(buffer);
      while (n >= 0) {
        hold(delayMs + n * 1000L / bytesPerSecond);
        out.write(buffer, 0, n);
        n = in.read(buffer);
      }
    } catch (IOException | InterruptedException e) {
      // One side is gone, or was cut: try-with-resources tells the other.
    } finally {
      open.remove(from);
      open.remove(to);
    }
  }

  private void hold(long millis) throws InterruptedException {
    if (millis > 0) {
      closed.await(millis, TimeUnit.MILLISECONDS);
    }
  }

  private static void reset(Socket socket) {
    try {
      socket.setSoLinger(true, 0);
      socket.close();
    } catch (IOException e) {
      // It is closed already.
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    closed.countDown();
    cut();
  }
}
