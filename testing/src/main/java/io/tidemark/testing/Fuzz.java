package io.tidemark.testing;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Gives a target one damaged input after the other, and fails at the first that hangs, allocates
 * too much, or throws. Each input has a seed of its own, one above that of the input before it:
 * {@code -Dfuzz.seed=S -Dfuzz.inputs=1} plays one again, {@code -Dfuzz.inputs=N} plays more than
 * are usual.
 */
public final class Fuzz {

  /** Far beyond what any input takes on a busy machine: only what would never end. */
  private static final long HANG_SECONDS = 60;

  private static final long BASE_BYTES = 64L << 20;

  private Fuzz() {}

  /** What is fed. */
  public interface Target {
    /**
     * Takes an input, which must end in a result or in a clear error.
     *
     * @return whether there was a result; false after an error that is as it should be
     * @throws Throwable anything else: the run fails
     */
    boolean takes(byte[] input) throws Throwable;
  }

  /**
   * Runs the inputs, in a thread that has the stack every thread has.
   *
   * @param usual inputs without {@code -Dfuzz.inputs}
   * @param bytesPerByte bytes that all threads may allocate meanwhile for each byte of the input,
   *     beside 64 MB
   * @throws AssertionError naming the seed, and the file that holds the input
   */
  public static void run(String name, int usual, int bytesPerByte, Mutator mutator, Target target)
      throws InterruptedException {
    long first = Long.getLong("fuzz.seed", System.nanoTime());
    int inputs = Integer.getInteger("fuzz.inputs", usual);
    System.out.printf("%s: -Dfuzz.seed=%d -Dfuzz.inputs=%d%n", name, first, inputs);
    AtomicReference<Thread> runner = new AtomicReference<>();
    ExecutorService one =
        Executors.newSingleThreadExecutor(
            task -> {
              Thread thread = new Thread(task, name);
              thread.setDaemon(true); // one that hangs must not hold the build
              runner.set(thread);
              return thread;
            });
    int taken = 0;
    long most = 0;
    try {
      for (long seed = first; seed < first + inputs; seed++) {
        byte[] input = mutator.next(new Random(seed));
        Future<Outcome> outcome = one.submit(() -> measured(target, input));
        try {
          Outcome o = outcome.get(HANG_SECONDS, TimeUnit.SECONDS);
          taken += o.taken() ? 1 : 0;
          most = Math.max(most, o.allocated());
          if (o.allocated() > BASE_BYTES + (long) bytesPerByte * input.length) {
            throw failed(name, seed, input, "allocated " + o.allocated() + " bytes", null);
          }
        } catch (TimeoutException e) {
          e.setStackTrace(runner.get().getStackTrace());
          throw failed(name, seed, input, "hangs", e);
        } catch (ExecutionException e) {
          throw failed(name, seed, input, "threw " + e.getCause(), e.getCause());
        }
      }
    } finally {
      one.shutdownNow();
    }
    System.out.printf(
        "%s: %d inputs, %d taken, %d refused, at most %d KB allocated for one%n",
        name, inputs, taken, inputs - taken, most >> 10);
  }

  private record Outcome(boolean taken, long allocated) {}

  private static Outcome measured(Target target, byte[] input) throws Exception {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getTotalThreadAllocatedBytes();
    try {
      boolean taken = target.takes(input);
      return new Outcome(taken, threads.getTotalThreadAllocatedBytes() - before);
    } catch (Exception | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  private static AssertionError failed(
      String name, long seed, byte[] input, String what, Throwable cause) {
    Path file = Path.of("target", "fuzz", name + "-" + seed + ".bin");
    String where;
    try {
      Files.createDirectories(file.getParent());
      Files.write(file, input);
      where = file.toAbsolutePath().toString();
    } catch (IOException e) {
      where = "nowhere: " + e;
    }
    return new AssertionError(
        "%s -Dfuzz.seed=%d -Dfuzz.inputs=1: an input of %d bytes %s; it lies in %s, and begins with %s"
            .formatted(
                name,
                seed,
                input.length,
                what,
                where,
                Arrays.toString(Arrays.copyOf(input, Math.min(input.length, 40)))),
        cause);
  }
}
