package io.tidemark.reconciler.status;

import io.javalin.http.Context;
import io.javalin.http.Header;
import io.javalin.http.HttpResponseException;
import io.tidemark.reconciler.flow.News;
import io.tidemark.reconciler.flow.NotHereException;
import io.tidemark.reconciler.flow.Queries;
import io.tidemark.reconciler.status.Changes.Event;
import io.tidemark.reconciler.status.Changes.Moment;
import io.tidemark.schemas.avro.Alert;
import io.tidemark.schemas.avro.Decision;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code GET /api/v1/events}: server-sent events. While anybody listens, one thread looks every
 * second at how backfills and workers are, and another at the alerts and decisions that came since,
 * so that either goes on without the other; they tell each listener what is new, so any instance
 * can. A listener first gets everything as the others know it, so one that comes back needs nothing
 * else. One that does not keep up is let go, and comes back.
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
  private final List<Thread> threads;

  /** Held while listeners are told, never while anybody else is asked. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Condition came = lock.newCondition();
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();

  // Guarded by the lock: what all listeners know.
  private Moment told = Moment.NOTHING;
  private final Recent alerts = new Recent();
  private final Recent decisions = new Recent();

  /** Guarded by the lock: number of the last event. */
  private long number;

  /** For the thread of news: whether they are told up to where they are read. */
  private boolean following;

  private boolean warned;

  private EventFeed(Queries queries, News news) {
    this.queries = queries;
    this.news = news;
    this.threads =
        List.of(
            thread("events", this::lookAtState, () -> told = Moment.NOTHING),
            thread("news", this::lookAtNews, this::forgetNews));
  }

  private Thread thread(String name, Runnable look, Runnable forget) {
    return Thread.ofVirtual().name("tidemark-" + name).unstarted(() -> loop(look, forget));
  }

  static EventFeed start(Queries queries, News news) {
    EventFeed feed = new EventFeed(queries, news);
    feed.threads.forEach(Thread::start);
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

  /** The newest events of a kind that were told, oldest first. */
  private static final class Recent {
    private final LinkedHashSet<Event> events = new LinkedHashSet<>();

    /** Whether it was not told yet. */
    boolean add(Event e) {
      boolean added = events.add(e);
      if (events.size() > NEWEST) {
        events.removeFirst();
      }
      return added;
    }
  }

  private void loop(Runnable look, Runnable forget) {
    try {
      while (true) {
        awaitListeners(forget);
        try {
          look.run();
        } catch (NotHereException e) {
          LOG.debug("nothing to tell now: {}", e.getMessage());
        } catch (RuntimeException e) {
          LOG.error("cannot tell what changed; next try in {} ms", LOOK_MS, e);
        }
        TimeUnit.MILLISECONDS.sleep(LOOK_MS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * @param forget drops what listeners know: whoever comes next was not told
   */
  private void awaitListeners(Runnable forget) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      if (listeners.isEmpty()) {
        forget.run();
      }
      while (listeners.isEmpty()) {
        came.await();
      }
    } finally {
      lock.unlock();
    }
  }

  private void lookAtState() {
    Moment now = new Moment(queries.backfills(), queries.workers());
    lock.lock();
    try {
      Changes.between(told, now).forEach(this::tell);
      told = now;
    } finally {
      lock.unlock();
    }
  }

  private void lookAtNews() {
    List<Alert> newAlerts = new ArrayList<>();
    List<Decision> newDecisions = new ArrayList<>();
    boolean anew = !following;
    following = false;
    if (anew) {
      newAlerts.addAll(newest(queries.alerts(Optional.empty())));
      newDecisions.addAll(newest(queries.decisions(Optional.empty())));
    }
    try {
      News.Latest latest = anew ? news.lately() : news.next();
      // The state may be a copy from before what came lately.
      latest.alerts().forEach(a -> newAlerts.removeIf(old -> same(old, a)));
      newAlerts.addAll(latest.alerts());
      newDecisions.addAll(latest.decisions());
      following = true;
      warned = false;
    } catch (NotHereException e) {
      if (!warned) {
        LOG.warn("alerts and decisions are told as the state has them: {}", e.getMessage());
        warned = true;
      }
    }
    lock.lock();
    try {
      newAlerts.stream().map(Changes::of).filter(alerts::add).forEach(this::tell);
      newDecisions.stream().map(Changes::of).filter(decisions::add).forEach(this::tell);
    } finally {
      lock.unlock();
    }
  }

  private static boolean same(Alert a, Alert b) {
    return a.getAlertId().equals(b.getAlertId());
  }

  private void forgetNews() {
    alerts.events.clear();
    decisions.events.clear();
    following = false;
  }

  private void tell(Event e) {
    number++;
    Numbered n = new Numbered(number, e);
    listeners.forEach(l -> l.tell(n));
  }

  /** The newest of what is sorted so, oldest first. */
  private static <T> List<T> newest(List<T> all) {
    return all.subList(0, Math.min(NEWEST, all.size())).reversed();
  }

  private Listener open(Optional<String> backfill) {
    lock.lock();
    try {
      refuseTooMany();
      Listener listener = new Listener(backfill);
      Consumer<Event> hear = e -> listener.tell(new Numbered(number, e));
      Changes.between(Moment.NOTHING, told).forEach(hear);
      alerts.events.forEach(hear);
      decisions.events.forEach(hear);
      listeners.add(listener);
      came.signalAll();
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
    threads.forEach(Thread::interrupt);
    listeners.forEach(Listener::end);
  }
}
