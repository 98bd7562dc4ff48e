package io.tidemark.connectors.jdbc;

import io.tidemark.core.retry.TaskException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/** Cutting a binary COPY stream into tuples; in this package since the class is not public. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class BinaryTuplesBenchmark {

  private static final int TUPLES = 1_000;

  /** As PostgreSQL sends them: one tuple a message. */
  private static final byte[] TUPLE = tuple(17, 8);

  private static final byte[] BLOCK = block();

  private static byte[] tuple(int fields, int size) {
    ByteBuffer b = ByteBuffer.allocate(2 + fields * (4 + size)).putShort((short) fields);
    for (int i = 0; i < fields; i++) {
      b.putInt(size).put(new byte[size]);
    }
    return b.array();
  }

  private static byte[] block() {
    ByteBuffer b = ByteBuffer.allocate(TUPLE.length * TUPLES);
    for (int i = 0; i < TUPLES; i++) {
      b.put(TUPLE);
    }
    return b.array();
  }

  /** One tuple of 17 fields (206 bytes), fed on its own. */
  @Benchmark
  @OperationsPerInvocation(TUPLES)
  public void tupleByTuple(Blackhole sink) throws TaskException {
    BinaryTuples tuples = tuples(sink);
    for (int i = 0; i < TUPLES; i++) {
      tuples.feed(TUPLE, TUPLE.length);
    }
  }

  /** One tuple of 17 fields (206 bytes), of a block that holds a thousand. */
  @Benchmark
  @OperationsPerInvocation(TUPLES)
  public void tupleOfBlock(Blackhole sink) throws TaskException {
    tuples(sink).feed(BLOCK, BLOCK.length);
  }

  private static BinaryTuples tuples(Blackhole sink) throws TaskException {
    BinaryTuples tuples =
        new BinaryTuples((buffer, offset, length) -> sink.consume(offset + length));
    tuples.feed(BinaryTuples.HEADER, BinaryTuples.HEADER.length);
    return tuples;
  }
}
