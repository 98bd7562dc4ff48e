package io.tidemark.bench.jmh;

import io.tidemark.core.digest.RowHash;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** The digest's hash of one row. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RowHashBenchmark {

  private final byte[] bytes = new byte[4096];

  /** Fills the rows with noise. */
  public RowHashBenchmark() {
    new SplittableRandom(1).nextBytes(bytes);
  }

  /** A row of lineitem: 206 bytes. */
  @Benchmark
  public long row206() {
    return RowHash.of(bytes, 0, 206);
  }

  /** A row of 4,096 bytes. */
  @Benchmark
  public long row4096() {
    return RowHash.of(bytes, 0, 4096);
  }
}
