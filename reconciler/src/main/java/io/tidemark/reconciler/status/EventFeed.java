package io.tidemark.reconciler.status;

import io.javalin.http.Context;
import io.javalin.http.Header;
import io.javalin.http.HttpResponseException;
import io.tidemark.reconciler.flow.News;
import io.tidemark.reconciler.flow.NotHereException;
import io.tidemark.reconciler.flow.Queries;
import io.tidemark.reconciler.status.Changes.Event;
import io.tidemark.reconciler.status.Changes.Moment;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code GET /api/v1/events}: server-sent events. One thread looks every second at how backfills
 * and workers are, and at the alerts and decisions that came since, while anybody listens, and
 * tells each listener what is new; so any instance can. A listener first gets everything as it is,
 * so one that comes back needs nothing else. One that does not keep up is let go, and comes back.
 */
final class EventFeed implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(EventFeed.class);

  static final int MAX_LISTENERS = 100;

  private static final int LOOK_MS = 1_000;
  private static final int HEARTBEAT_S = 15;

  /** Alerts and decisions that a listener gets at first, each. */
  private static final int NEWEST = 100;

  private static final int WAITING = 5_000;

  private final Queries queries;
  private final News news;
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Thread thread;

  /** Guarded by {@link #lock}: as all listeners know it. */
  private Moment told = Moment.NOTHING;

  /** Guarded by {@link #lock}: number of the last event. */
  private long number;

  private EventFeed(Queries queries, News news) {
    this.queries = queries;
    this.news = news;
    this.thread = Thread.ofVirtual().name("tidemark-events").unstarted(this::loop);
  }

  static EventFeed start(Queries queries, News news) {
    EventFeed feed = new EventFeed(queries, news);
    feed.thread.start();
    return feed;
  }

  private record Numbered(long id, Event event) {}

  /** Nothing to tell: for one that waits to see that the server ends. */
  private static final Numbered WAKE =
      new Numbered(0, new Event("", Optional.empty(), Json.object()));

  /** Somebody who listens, to events of one backfill or of all. */
  private static final class Listener {
    private final Optional<String> backfill;
    private final BlockingQueue<Numbered> waiting = new ArrayBlockingQueue<>(WAITING);
    private volatile boolean dropped;
    private volatile boolean ended;

    private Listener(Optional<String> backfill) {
      this.backfill = backfill;
    }

    private void end() {
      ended = true;
      waiting.clear();
      dropped |= !waiting.offer(WAKE);
    }

    private void tell(Numbered n) {
      Optional<String> about = n.event().backfill();
      if (backfill.isEmpty() || about.isEmpty() || about.equals(backfill)) {
        dropped |= !waiting.offer(n);
      }
    }
  }

  private void loop() {
    try {
      while (true) {
        TimeUnit.MILLISECONDS.sleep(LOOK_MS);
        if (!listeners.isEmpty()) {
          try {
            look();
          } catch (NotHereException e) {
            LOG.debug("nothing to tell now: {}", e.getMessage());
          } catch (RuntimeException e) {
            LOG.error("cannot tell what changed; next try in {} ms", LOOK_MS, e);
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void look() {
    // Nobody comes in between: what is read here before they come is told before they come.
    lock.lock();
    try {
      Moment now = moment();
      News.Latest latest = news.next();
      Changes.between(told, now).forEach(this::tell);
      latest.alerts().forEach(a -> tell(Changes.of(a)));
      latest.decisions().forEach(d -> tell(Changes.of(d)));
      told = now;
    } finally {
      lock.unlock();
    }
  }

  private void tell(Event e) {
    number++;
    Numbered n = new Numbered(number, e);
    listeners.forEach(l -> l.tell(n));
  }

  private Moment moment() {
    return new Moment(queries.backfills(), queries.workers());
  }

  /** The newest of what is sorted so, oldest first. */
  private static <T> List<T> newest(List<T> all) {
    return all.subList(0, Math.min(NEWEST, all.size())).reversed();
  }

  private Listener open(Optional<String> backfill) {
    lock.lock();
    try {
      refuseTooMany();
      if (listeners.isEmpty()) {
        news.skip(); // before all is read as it is: what comes meanwhile is told twice, not never
      }
      Moment now = moment();
      Listener listener = new Listener(backfill);
      Consumer<Event> hear = e -> listener.tell(new Numbered(number, e));
      Changes.between(Moment.NOTHING, now).forEach(hear);
      newest(queries.alerts(Optional.empty())).forEach(a -> hear.accept(Changes.of(a)));
      newest(queries.decisions(Optional.empty())).forEach(d -> hear.accept(Changes.of(d)));
      if (listeners.isEmpty()) {
        told = now;
      }
      listeners.add(listener);
      return listener;
    } finally {
      lock.unlock();
    }
  }

  private void refuseTooMany() {
    if (listeners.size() >= MAX_LISTENERS) {
      throw new HttpResponseException(
          503, MAX_LISTENERS + " listen already; try again later", Map.of());
    }
  }

  /** Answers until the listener goes, falls behind, or the server ends. */
  void listen(Context ctx) throws InterruptedException {
    BackfillApi.only(ctx, Set.of("backfill"));
    Optional<String> backfill = Optional.ofNullable(ctx.queryParam("backfill"));
    backfill.ifPresent(id -> BackfillApi.existing(queries, id));
    Listener listener = open(backfill);
    try {
      HttpServletResponse response = ctx.res();
      response.setContentType("text/event-stream");
      response.setHeader(Header.CACHE_CONTROL, "no-store");
      // Not compressed, and not through what Javalin gathers: each event goes at once.
      write(listener, response.getOutputStream());
      if (listener.dropped) {
        LOG.warn("a listener at {} does not keep up: let go", ctx.ip());
      }
    } catch (IOException e) {
      LOG.debug("a listener at {} went: {}", ctx.ip(), e.getMessage());
    } finally {
      listeners.remove(listener);
    }
  }

  private void write(Listener listener, OutputStream out) throws IOException, InterruptedException {
    out.write("retry: 2000\n\n".getBytes(StandardCharsets.UTF_8));
    out.flush();
    while (!listener.dropped) {
      Numbered n = listener.waiting.poll(HEARTBEAT_S, TimeUnit.SECONDS);
      if (listener.ended) {
        return;
      }
      if (n == null) {
        out.write(": still here\n\n".getBytes(StandardCharsets.UTF_8));
      } else {
        out.write(
            ("id: " + n.id() + "\nevent: " + n.event().name() + "\ndata: ")
                .getBytes(StandardCharsets.UTF_8));
        out.write(Json.bytes(n.event().data()));
        out.write("\n\n".getBytes(StandardCharsets.UTF_8));
      }
      if (listener.waiting.isEmpty()) {
        out.flush();
      }
    }
  }

  @Override
  public void close() {
    thread.interrupt();
    listeners.forEach(Listener::end);
  }
}
