package io.tidemark.connectors.jdbc;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/** A port before a server's that can break a connection between a statement and its reply. */
final class BrokenLine implements AutoCloseable {

  private final int server;
  private final ServerSocket listener;
  private final List<Socket> sockets = new ArrayList<>();
  private volatile boolean breaking;

  BrokenLine(int server) throws IOException {
    this.server = server;
    this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  int port() {
    return listener.getLocalPort();
  }

  /** What is sent next reaches the server, and no answer comes back. */
  void loseNextReply() {
    breaking = true;
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket near = keep(listener.accept());
        Socket far = keep(new Socket(InetAddress.getLoopbackAddress(), server));
        Thread.ofVirtual().start(() -> pump(near, far, true));
        Thread.ofVirtual().start(() -> pump(far, near, false));
      } catch (IOException e) {
        // Closed: the test is over.
        return;
      }
    }
  }

  private synchronized Socket keep(Socket socket) {
    sockets.add(socket);
    return socket;
  }

  private void pump(Socket from, Socket to, boolean towardsServer) {
    byte[] buffer = new byte[1 << 16];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        boolean last = breaking;
        if (last && !towardsServer) {
          return;
        }
        out.write(buffer, 0, n);
        if (last) {
          // Not before it is sent: who sees this end may close the other one at once.
          from.close();
          return;
        }
      }
      to.shutdownOutput();
    } catch (IOException e) {
      // One end hung up; what is left of the other is closed by close().
    }
  }

  @Override
  public synchronized void close() throws IOException {
    listener.close();
    for (Socket s : sockets) {
      s.close();
    }
  }
}
