package io.tidemark.core.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.schemas.avro.WorkerHeartbeat;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class WatchdogTest {

  private static final long STEP = 500;

  private final Watchdog watchdog = new Watchdog(3_000);
  private final Map<String, WorkerHeartbeat> newest = new TreeMap<>();
  private final List<String> named = new ArrayList<>();
  private long now;

  @Test
  void shouldNameAWorkerThatIsSilentWhileAnotherIsHeard() {
    beat("a", "d", 0);
    pass(2_500, "b");
    assertThat(named).isEmpty();
    pass(1_000, "b");
    assertThat(named).containsOnly("a");
  }

  @Test
  void shouldBlameNobodyWhenNobodyIsHeard() {
    pass(1_000, "a", "b");
    pass(60_000);
    assertThat(named).isEmpty();
  }

  @Test
  void shouldGiveEverybodyTimeWhenTheLogIsHeardAgain() {
    pass(1_000, "a", "b");
    pass(10_000);
    // The one comes a while before the other.
    pass(2_500, "b");
    assertThat(named).isEmpty();
    pass(1_000, "a", "b");
    assertThat(named).isEmpty();

    pass(10_000);
    pass(4_000, "b");
    assertThat(named).containsOnly("a");
  }

  @Test
  void shouldBlameNobodyForThoseOfAnotherDomain() {
    beat("a", "d", 0);
    for (int i = 0; i < 20; i++) {
      beat("b", "other", 0);
      look();
    }
    assertThat(named).isEmpty();
  }

  @Test
  void shouldLeaveOneAloneThatHoldsNothing() {
    newest.put("a", heartbeat("a", "d", 0, 0));
    pass(10_000, "b");
    assertThat(named).isEmpty();
  }

  @Test
  void shouldNameOneUntilItIsEvictedAndAgainOnceItWasHeard() {
    beat("a", "d", 0);
    pass(4_000, "b");
    assertThat(named).contains("a");
    watchdog.evicted("a");
    named.clear();
    pass(10_000, "b");
    assertThat(named).isEmpty();

    pass(500, "a", "b");
    pass(10_000, "b");
    assertThat(named).contains("a");
  }

  @Test
  void shouldBeMorePatientWithOneThatOnlyStuttersUntilItIsWellForAWhile() {
    int evictions = 0;
    for (int i = 0; i < 10; i++) {
      pass(500, "a", "b");
      pass(3_500, "b");
      if (!named.isEmpty()) {
        evictions++;
        watchdog.evicted("a");
        named.clear();
      }
    }
    assertThat(evictions).isEqualTo(1);

    pass(61_000, "a", "b");
    pass(3_500, "b");
    assertThat(named).contains("a");
  }

  @Test
  void shouldTakeANewProcessOfTheSameNameForAlive() {
    beat("a", "d", 0);
    pass(2_500, "b");
    newest.put("a", heartbeat("a", "d", 0, 77, 0));
    pass(2_500, "b");
    assertThat(named).isEmpty();
  }

  /** Time passes, while these of domain d are heard. */
  private void pass(long ms, String... workers) {
    for (long left = ms; left > 0; left -= STEP) {
      for (String w : workers) {
        beat(w, "d", 0);
      }
      look();
    }
  }

  private void look() {
    watchdog.look(newest.values(), now).forEach(b -> named.add(b.getWorkerId()));
    now += STEP;
  }

  private void beat(String worker, String domain, int queue) {
    newest.put(worker, heartbeat(worker, domain, now, 0, queue));
  }

  private static WorkerHeartbeat heartbeat(
      String worker, String domain, long at, long startedAt, Integer... queues) {
    return WorkerHeartbeat.newBuilder()
        .setWorkerId(worker)
        .setDomain(domain)
        .setHost("host")
        .setPid(1)
        .setVersion("1")
        .setLanes(1)
        .setLanesBusy(1)
        .setQueues(List.of(queues))
        .setRowsPerS(0)
        .setCpu(0)
        .setHeapUsed(0)
        .setHeapMax(0)
        .setPressure("")
        .setStartedAt(startedAt)
        .setAt(at)
        .build();
  }
}
