package io.tidemark.worker.flow;

import io.tidemark.connectors.Route;
import io.tidemark.core.chunking.ChunkSizer;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.FailureKind;
import io.tidemark.schemas.spec.ChunkSettings;
import io.tidemark.schemas.spec.Spec;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The routes of the backfills that a worker has a hand in: opened at first use, shared by its
 * lanes, closed when none has used them for a while. Thread-safe: whoever opens a route, which may
 * take as long as a network lets it, holds up only those who want the same one.
 */
public final class Routes implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Routes.class);
  private static final long IDLE_MS = 60_000;

  /** A claim that comes later than this after the last look at the source looks again. */
  private static final long LOOK_MS = 10_000;

  /** Whoever touches what may change has its lock. */
  private static final class Entry {
    private final ReentrantLock lock = new ReentrantLock();
    private final Spec spec;
    private final String planned;
    private final long createdAt;
    private Route route;
    private int users;

    /** Whether nobody will use it any more; its last user closes it. */
    private boolean dropped;

    private long idleSince;
    private long lookedAt;

    /** Bounds that the backfill's newest chunk was found to want: a next partition begins there. */
    private volatile ChunkSizer sizer;

    /** What this worker was last told to lack for it; empty: nothing. */
    private String lacks = "";

    Entry(Spec spec, String planned, long createdAt) {
      this.spec = spec;
      this.planned = planned;
      this.createdAt = createdAt;
      ChunkSettings chunk = spec.chunk();
      this.sizer = ChunkSizer.starting(chunk.rows(), chunk.bytes(), chunk.target().toMillis());
    }
  }

  private final Clock clock;
  private final Map<String, Entry> entries = new ConcurrentHashMap<>();
  private final Map<String, Throttle> throttles = new ConcurrentHashMap<>();

  public Routes(Clock clock) {
    this.clock = clock;
  }

  /**
   * Makes a backfill's spec known; the first one stays, for an id stands for one spec, until it is
   * planned anew.
   *
   * @param planned Avro schema of the source's rows when it was planned, JSON
   * @param createdAt when it was planned, milliseconds since the epoch
   */
  void know(String backfill, Spec spec, String planned, long createdAt) {
    Entry had = entries.get(backfill);
    if (had == null || had.createdAt < createdAt) {
      drop(had);
      entries.put(backfill, new Entry(spec, planned, createdAt));
    }
  }

  /**
   * Forgets a backfill that was archived.
   *
   * @param at what was planned later is another one and stays, milliseconds since the epoch
   */
  void forget(String backfill, long at) {
    Entry had = entries.get(backfill);
    if (had == null || had.createdAt <= at) {
      throttles.remove(backfill);
      if (had != null && entries.remove(backfill, had)) {
        drop(had);
      }
    }
  }

  private static void drop(Entry entry) {
    if (entry != null) {
      entry.lock.lock();
      try {
        entry.dropped = true;
        closeUnused(entry);
      } finally {
        entry.lock.unlock();
      }
    }
  }

  private static void closeUnused(Entry entry) {
    if (entry.dropped && entry.users == 0 && entry.route != null) {
      entry.route.close();
      entry.route = null;
    }
  }

  /** How fast a backfill may move; a directive may come before its plan. */
  Throttle throttle(String backfill) {
    return throttles.computeIfAbsent(backfill, id -> new Throttle());
  }

  /** One lane's use of a route; closing it gives it back. */
  final class Use implements AutoCloseable {
    private final Entry entry;

    private Use(Entry entry) {
      this.entry = entry;
    }

    Route route() {
      return entry.route;
    }

    ChunkSizer sizer() {
      return entry.sizer;
    }

    void learned(ChunkSizer sizer) {
      entry.sizer = sizer;
    }

    @Override
    public void close() {
      entry.lock.lock();
      try {
        entry.users--;
        entry.idleSince = clock.millis();
        closeUnused(entry);
      } finally {
        entry.lock.unlock();
      }
    }
  }

  Use acquire(String backfill) throws TaskException, InterruptedException {
    Entry entry = entries.get(backfill);
    if (entry == null) {
      throw TaskException.fatal("the plan of " + backfill + " is not known to this worker");
    }
    entry.lock.lockInterruptibly();
    try {
      long now = clock.millis();
      if (entry.route == null) {
        open(backfill, entry);
        entry.lookedAt = now;
      } else if (Math.abs(now - entry.lookedAt) >= LOOK_MS) {
        SchemaDrift.refuse(entry.planned, Route.look(entry.spec));
        entry.lookedAt = now;
      }
      entry.users++;
      return new Use(entry);
    } finally {
      entry.lock.unlock();
    }
  }

  /** Says once what this worker lacks for a backfill, and once that it lacks it no more. */
  private static void open(String backfill, Entry entry) throws TaskException {
    try {
      entry.route = opened(entry);
    } catch (TaskException e) {
      if (e.kind() == FailureKind.LOCAL && !e.getMessage().equals(entry.lacks)) {
        entry.lacks = e.getMessage();
        log.warn(
            "backfill {}: this worker cannot do its partitions and looks again every {} ms: {}",
            backfill,
            entry.spec.retry().max().toMillis(),
            e.getMessage());
      }
      throw e;
    }
    if (!entry.lacks.isEmpty()) {
      entry.lacks = "";
      log.info("backfill {}: this worker can do its partitions now", backfill);
    }
  }

  private static Route opened(Entry entry) throws TaskException {
    Route route = Route.open(entry.spec);
    try {
      SchemaDrift.refuse(entry.planned, route.source().shape());
      return route;
    } catch (TaskException | RuntimeException e) {
      route.close();
      throw e;
    }
  }

  /** Closes what has been idle for a minute; what somebody is busy with is not idle. */
  public void closeIdle() {
    long now = clock.millis();
    entries.values().forEach(e -> closeIf(e, () -> e.users == 0 && now - e.idleSince > IDLE_MS));
  }

  /** Closes all but what a lane that could not be interrupted is still opening. */
  @Override
  public void close() {
    entries.values().forEach(e -> closeIf(e, () -> true));
    entries.clear();
  }

  private static void closeIf(Entry e, BooleanSupplier condition) {
    if (e.lock.tryLock()) {
      try {
        if (e.route != null && condition.getAsBoolean()) {
          e.route.close();
          e.route = null;
        }
      } finally {
        e.lock.unlock();
      }
    }
  }
}
