package io.tidemark.worker.status;

import com.sun.management.OperatingSystemMXBean;
import io.tidemark.schemas.avro.Pressure;
import io.tidemark.schemas.avro.RunningPartition;
import io.tidemark.schemas.avro.WorkerHeartbeat;
import io.tidemark.worker.flow.LaneMetrics;
import io.tidemark.worker.flow.OvertakenLog;
import io.tidemark.worker.flow.Prober;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Takes a worker's pulse: what it has, what it does, how fast. For one thread. */
public final class Vitals {

  /** Chunks take a second or so: a rate over less time would be all or nothing. */
  private static final long RATE_MS = 2_000;

  private final String worker;
  private final String domain;
  private final int lanes;
  private final LaneMetrics metrics;
  private final OvertakenLog overtaken;
  private final Prober prober;
  private final long startedAt;
  private final String host;
  private final OperatingSystemMXBean system =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
  private double rate;
  private double rowsBefore;
  private long before;

  /**
   * The vitals of a worker.
   *
   * @param startedAt milliseconds since the epoch
   */
  public Vitals(
      String worker,
      String domain,
      int lanes,
      LaneMetrics metrics,
      OvertakenLog overtaken,
      Prober prober,
      long startedAt) {
    this.worker = worker;
    this.domain = domain;
    this.lanes = lanes;
    this.metrics = metrics;
    this.overtaken = overtaken;
    this.prober = prober;
    this.startedAt = startedAt;
    this.before = startedAt;
    this.host = host();
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "unknown";
    }
  }

  /** Tidemark's version, as far as the jar tells it. */
  static String version() {
    String version = Vitals.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  /** Lanes of this worker. */
  public int lanes() {
    return lanes;
  }

  /**
   * One heartbeat.
   *
   * @param held backfills that wait for a plan or a directive
   * @param running what the lanes run
   * @param now milliseconds since the epoch
   */
  public WorkerHeartbeat beat(
      Collection<Integer> queues,
      Collection<String> held,
      List<RunningPartition> running,
      long now) {
    if (now - before >= RATE_MS) {
      double rows = metrics.rows();
      rate = (rows - rowsBefore) * 1000 / (now - before);
      rowsBefore = rows;
      before = now;
    }
    List<Pressure> pressures = prober.pressures();
    MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
    return WorkerHeartbeat.newBuilder()
        .setWorkerId(worker)
        .setDomain(domain)
        .setHost(host)
        .setPid(ProcessHandle.current().pid())
        .setVersion(version())
        .setLanes(lanes)
        .setLanesBusy(metrics.busy())
        .setQueues(List.copyOf(queues))
        // What a worker that leaves says last stays.
        .setRowsPerS(queues.isEmpty() ? 0 : rate)
        .setCpu(system.getProcessCpuLoad())
        .setHeapUsed(heap.getUsed())
        .setHeapMax(heap.getMax())
        .setPressure(summary(held, pressures))
        .setStartedAt(startedAt)
        .setAt(now)
        .setOvertaken(overtaken.recent(now))
        .setRunning(running)
        .setPressures(pressures)
        .build();
  }

  private static String summary(Collection<String> held, List<Pressure> pressures) {
    Stream<String> waits =
        held.isEmpty()
            ? Stream.empty()
            : Stream.of("waits for a directive: " + String.join(", ", held));
    Stream<String> slowed =
        pressures.stream()
            .filter(p -> !p.getMessage().isEmpty())
            .map(p -> p.getBackfillId() + ": " + p.getMessage());
    return Stream.concat(waits, slowed).collect(Collectors.joining("; "));
  }
}
