package io.tidemark.core.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.schemas.avro.WorkerHeartbeat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class WatchdogTest {

  private final Watchdog watchdog = new Watchdog(3_000);
  private final Map<String, WorkerHeartbeat> newest = new TreeMap<>();

  @Test
  void shouldNameAWorkerThatIsSilentWhileAnotherIsHeard() {
    beat("a", "d", 1, 0);
    beat("b", "d", 1, 0);
    assertThat(look(0)).isEmpty();
    beat("b", "d", 2, 0);
    assertThat(look(2_999)).isEmpty();
    beat("b", "d", 3, 0);
    assertThat(look(3_000)).containsExactly("a");
  }

  @Test
  void shouldBlameNobodyWhenNobodyIsHeard() {
    beat("a", "d", 1, 0);
    beat("b", "d", 1, 0);
    look(0);
    assertThat(look(60_000)).isEmpty();
    // The log was late: both come at once.
    beat("a", "d", 2, 0);
    beat("b", "d", 2, 0);
    assertThat(look(60_500)).isEmpty();
  }

  @Test
  void shouldBlameNobodyForThoseOfAnotherDomain() {
    beat("a", "d", 1, 0);
    beat("b", "other", 1, 0);
    look(0);
    beat("b", "other", 2, 0);
    assertThat(look(10_000)).isEmpty();
  }

  @Test
  void shouldLeaveOneAloneThatHoldsNothing() {
    beat("a", "d", 1);
    beat("b", "d", 1, 0);
    look(0);
    beat("b", "d", 2, 0);
    assertThat(look(10_000)).isEmpty();
  }

  @Test
  void shouldNameOneUntilItIsEvictedAndAgainOnceItWasHeard() {
    beat("a", "d", 1, 0);
    beat("b", "d", 1, 0);
    look(0);
    beat("b", "d", 2, 0);
    assertThat(look(4_000)).containsExactly("a");
    assertThat(look(4_500)).containsExactly("a");
    watchdog.evicted("a");
    assertThat(look(5_000)).isEmpty();

    beat("a", "d", 2, 0);
    assertThat(look(6_000)).isEmpty();
    beat("b", "d", 3, 0);
    assertThat(look(9_000)).containsExactly("a");
  }

  @Test
  void shouldTakeANewProcessOfTheSameNameForAlive() {
    beat("a", "d", 1, 0);
    beat("b", "d", 1, 0);
    look(0);
    newest.put("a", heartbeat("a", "d", 1, 77, 0));
    beat("b", "d", 2, 0);
    assertThat(look(4_000)).isEmpty();
  }

  private void beat(String worker, String domain, long at, Integer... queues) {
    newest.put(worker, heartbeat(worker, domain, at, 0, queues));
  }

  private List<String> look(long now) {
    return watchdog.look(newest.values(), now).stream().map(WorkerHeartbeat::getWorkerId).toList();
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
