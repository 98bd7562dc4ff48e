package io.tidemark.cli;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/** A command that does not end when asked to, of the kind whose exit code would be 0. */
final class Hanging {

  private Hanging() {}

  public static void main(String[] args) throws InterruptedException {
    try (Interruption interruption = new Interruption(ExitCode.DONE, Duration.ofSeconds(1))) {
      System.out.println("ready");
      interruption.await();
      new CountDownLatch(1).await();
    }
  }
}
