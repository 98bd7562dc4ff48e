package io.tidemark.reconciler.status;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.component.AbstractLifeCycle;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * Closes connections whose client takes its time over a request's head: whoever sends a byte now
 * and then never idles, and could hold connections for hours. Also bounds their number.
 */
final class SlowClients extends AbstractLifeCycle implements Connection.Listener {

  /** Connections at the same time; more wait until one closes. */
  private static final int MAX_CONNECTIONS = 1_000;

  private static final int SWEEP_MS = 4_000;

  /** Sweeps in a row between which bytes came and no request became complete. */
  private static final int STRIKES = 3;

  /**
   * What a connection had brought when it was last looked at.
   *
   * @param requests whose heads were complete
   */
  private record Seen(long requests, long bytes, int strikes) {

    private Seen next(Connection c) {
      boolean slow = c.getMessagesIn() == requests && (requests == 0 || c.getBytesIn() > bytes);
      // While a request is answered its body may come, in its own time.
      boolean answering = c.getMessagesIn() > c.getMessagesOut();
      return new Seen(c.getMessagesIn(), c.getBytesIn(), slow && !answering ? strikes + 1 : 0);
    }
  }

  private final Map<Connection, Seen> open = new ConcurrentHashMap<>();
  private final Scheduler scheduler;
  private volatile Scheduler.Task sweep;

  private SlowClients(Scheduler scheduler) {
    this.scheduler = scheduler;
  }

  static void watch(ServerConnector connector) {
    connector.addBean(new NetworkConnectionLimit(MAX_CONNECTIONS, connector));
    connector.addBean(new SlowClients(connector.getScheduler()));
  }

  @Override
  protected void doStart() {
    sweep = scheduler.schedule(this::sweep, SWEEP_MS, TimeUnit.MILLISECONDS);
  }

  @Override
  protected void doStop() {
    sweep.cancel();
  }

  @Override
  public void onOpened(Connection connection) {
    if (connection.getMessagesIn() >= 0) { // The layer of TLS counts none.
      open.put(connection, new Seen(0, 0, 0));
    }
  }

  @Override
  public void onClosed(Connection connection) {
    open.remove(connection);
  }

  private void sweep() {
    open.replaceAll((connection, seen) -> seen.next(connection));
    open.forEach(
        (connection, seen) -> {
          if (seen.strikes() >= STRIKES) {
            Refusals.log(
                408,
                String.valueOf(connection.getEndPoint().getRemoteSocketAddress()),
                "a request",
                "that does not end",
                "it came too slowly");
            connection.close();
          }
        });
    if (isRunning()) {
      sweep = scheduler.schedule(this::sweep, SWEEP_MS, TimeUnit.MILLISECONDS);
    }
  }
}
