package io.tidemark.worker.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

final class ThrottleTest {

  private static final Duration LONG = Duration.ofSeconds(30);

  private final Throttle throttle = new Throttle();
  private final AtomicBoolean over = new AtomicBoolean();

  @Test
  void shouldNotWaitWhenThereIsNoLimit() throws Exception {
    assertThat(throttle.await(over::get, Duration.ZERO)).isPresent();
  }

  @Test
  void shouldGiveUpWhenNoLeaveComesInTime() throws Exception {
    throttle.share(0);

    assertThat(throttle.await(over::get, Duration.ofMillis(20))).isEmpty();
  }

  @Test
  void shouldWakeAWaitingLaneWhenItsShareChanges() {
    throttle.share(0);
    CompletableFuture<Optional<Throttle.Turn>> lane = waiting();

    throttle.share(2_000);

    assertThat(lane).succeedsWithin(Duration.ofSeconds(5));
    assertThat(lane.join()).hasValue(new Throttle.Turn(1_000, 2_000));
  }

  @Test
  void shouldWakeAWaitingLaneWhenItIsToStop() {
    throttle.share(0);
    CompletableFuture<Optional<Throttle.Turn>> lane = waiting();

    over.set(true);
    throttle.wake();

    assertThat(lane).succeedsWithin(Duration.ofSeconds(5));
    assertThat(lane.join()).isEmpty();
  }

  @Test
  void shouldHoldAndSlowDownAsProbesWant() throws Exception {
    throttle.share(1_000);
    throttle.lanes(+1);
    throttle.factor(0.5);
    assertThat(throttle.await(over::get, Duration.ZERO).orElseThrow().rowsPerS()).isEqualTo(500);

    throttle.factor(0);
    assertThat(throttle.await(over::get, Duration.ofMillis(20))).isEmpty();

    throttle.factor(1);
    assertThat(throttle.await(over::get, LONG).orElseThrow().rowsPerS()).isEqualTo(1_000);
  }

  @Test
  void shouldSlowDownToAPartOfWhatItMovedWhenItHasNoShare() throws Exception {
    Throttle.Turn turn = throttle.await(over::get, Duration.ZERO).orElseThrow();
    throttle.moved(turn, 1_000_000, 1);

    throttle.factor(0.1);
    double slow = throttle.await(over::get, LONG).orElseThrow().rowsPerS();
    throttle.factor(0.2);

    assertThat(slow).isPositive().isLessThan(Double.POSITIVE_INFINITY);
    // Not a part of a part: what it moves while it is slowed down does not count as usual.
    assertThat(throttle.await(over::get, LONG).orElseThrow().rowsPerS()).isGreaterThan(slow);
  }

  @Test
  void shouldTellWhatAChunkTookOnAverageOnce() throws Exception {
    Throttle.Turn turn = throttle.await(over::get, Duration.ZERO).orElseThrow();
    throttle.moved(turn, 1, TimeUnit.SECONDS.toNanos(1));
    throttle.moved(turn, 1, TimeUnit.SECONDS.toNanos(2));

    assertThat(throttle.chunkSeconds()).isEqualTo(1.5);
    assertThat(throttle.chunkSeconds()).isZero();
  }

  /** Real lanes on a real clock, as a check that the waiting itself is right. */
  @Test
  void shouldKeepItsRateWhenLanesShareIt() {
    throttle.share(20_000);
    AtomicLong rows = new AtomicLong();
    List<CompletableFuture<Void>> lanes = new ArrayList<>();
    long began = System.nanoTime();
    for (int i = 0; i < 4; i++) {
      throttle.lanes(+1);
      lanes.add(CompletableFuture.runAsync(() -> move(rows)));
    }

    await().atMost(LONG).until(() -> rows.get() >= 60_000);
    double rate = rows.get() * 1e9 / (System.nanoTime() - began);
    over.set(true);
    throttle.wake();
    CompletableFuture.allOf(lanes.toArray(CompletableFuture[]::new)).join();

    assertThat(rate).isCloseTo(20_000, Percentage.withPercentage(10));
  }

  private void move(AtomicLong rows) {
    try {
      Optional<Throttle.Turn> turn = throttle.await(over::get, LONG);
      while (turn.isPresent()) {
        rows.addAndGet(turn.get().rows());
        throttle.moved(turn.get(), turn.get().rows(), 1);
        turn = throttle.await(over::get, LONG);
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private CompletableFuture<Optional<Throttle.Turn>> waiting() {
    CompletableFuture<Optional<Throttle.Turn>> done = new CompletableFuture<>();
    Thread lane =
        Thread.ofPlatform()
            .daemon()
            .start(
                () -> {
                  try {
                    done.complete(throttle.await(over::get, LONG));
                  } catch (InterruptedException e) {
                    done.completeExceptionally(e);
                  }
                });
    await().until(() -> lane.getState() == Thread.State.TIMED_WAITING);
    return done;
  }
}
