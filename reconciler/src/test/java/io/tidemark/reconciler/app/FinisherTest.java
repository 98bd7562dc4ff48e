package io.tidemark.reconciler.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.tidemark.connectors.api.Sink;
import io.tidemark.core.retry.TaskException;
import io.tidemark.reconciler.Samples;
import io.tidemark.reconciler.flow.Elsewhere;
import io.tidemark.reconciler.flow.Queries;
import io.tidemark.reconciler.flow.TopologyFixture;
import io.tidemark.schemas.avro.BackfillState;
import io.tidemark.schemas.avro.Command;
import io.tidemark.schemas.avro.CommandType;
import io.tidemark.schemas.avro.Descriptor;
import io.tidemark.schemas.avro.Plan;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FinisherTest {

  private static final String B = "orders-0123abcd";

  @TempDir private Path directory;
  private final AtomicLong clock = new AtomicLong(1_000_000);
  private final List<Command> sent = new ArrayList<>();
  private int opened;
  private boolean broken;
  private TopologyFixture topology;
  private Finisher finisher;

  @BeforeEach
  void finishing() {
    topology = new TopologyFixture(directory.resolve("state"));
    topology.plan(Samples.plan(B, 1, 3, true));
    LongStream.range(0, 3)
        .mapToObj(i -> Samples.descriptor(B, i, 1))
        .forEach(
            (Descriptor d) -> {
              topology.planned(d);
              topology.reported(Samples.done(d, topology.reported(Samples.claim(d))));
            });
    topology.settle();
    Queries queries = new Queries(topology);
    finisher = new Finisher(queries, queries, this::open, sent::add, clock::get);
  }

  @AfterEach
  void close() {
    topology.close();
  }

  private Sink open(Plan plan) throws TaskException {
    opened++;
    if (broken) {
      throw TaskException.fatal("the folder is gone");
    }
    return new RecordingConnector()
        .sink(JsonNodeFactory.instance.objectNode().put("path", manifest().toString()))
        .orElseThrow();
  }

  private Path manifest() {
    return directory.resolve("manifest");
  }

  @Test
  void shouldSealTheSinkAndTellTheCoordinator() throws Exception {
    assertThat(topology.progress(B).getState()).isEqualTo(BackfillState.FINISHING);

    finisher.run();

    assertThat(Files.readString(manifest()))
        .contains("rows=300")
        .containsSubsequence("part-0", "part-1", "part-2");
    assertThat(sent)
        .singleElement()
        .extracting(Command::getType)
        .isEqualTo(CommandType.SINK_FINISHED);
    topology.command(sent.getFirst());
    assertThat(topology.progress(B).getState()).isEqualTo(BackfillState.COMPLETED);
    clock.addAndGet(60_000);
    finisher.run();
    assertThat(opened).isEqualTo(1);
  }

  @Test
  void shouldTellAgainWhenTheCoordinatorDoesNotHear() throws Exception {
    finisher.run();
    clock.addAndGet(9_999);
    finisher.run();
    assertThat(sent).hasSize(1);

    clock.addAndGet(1);
    finisher.run();

    assertThat(sent).hasSize(2);
  }

  @Test
  void shouldTryAgainLaterAndLaterWhenTheSinkFails() throws Exception {
    broken = true;
    List<Integer> attempts = new ArrayList<>();
    for (int second = 0; second < 8; second++) {
      finisher.run();
      attempts.add(opened);
      clock.addAndGet(1_000);
    }
    assertThat(attempts).containsExactly(1, 2, 2, 3, 3, 3, 3, 4);
    assertThat(sent).isEmpty();

    broken = false;
    clock.addAndGet(60_000);
    finisher.run();

    assertThat(sent).hasSize(1);
  }

  @Test
  void shouldWaitWhenTheStateIsElsewhere() throws Exception {
    Queries elsewhere = new Queries(new Elsewhere());
    new Finisher(elsewhere, elsewhere, this::open, sent::add, clock::get).run();

    assertThat(opened).isZero();
  }
}
