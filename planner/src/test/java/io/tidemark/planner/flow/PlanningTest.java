package io.tidemark.planner.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.connectors.Route;
import io.tidemark.connectors.Specs;
import io.tidemark.connectors.api.Claim;
import io.tidemark.connectors.api.RowFormat;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.Descriptor;
import io.tidemark.schemas.avro.Directive;
import io.tidemark.schemas.avro.Plan;
import io.tidemark.schemas.avro.PlanState;
import io.tidemark.schemas.avro.RunState;
import io.tidemark.schemas.spec.Spec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a planner does with a sink and a log that know of each other, and with those that do not.
 */
class PlanningTest {

  @TempDir Path dir;

  private Spec spec;

  @BeforeEach
  void write() throws Exception {
    Files.writeString(dir.resolve("in.csv"), "id\n1\n2\n");
    spec =
        Specs.parser()
            .parse(
                """
            apiVersion: tidemark/v1
            name: planned
            source: {file: {path: "%1$s/in.csv", format: csv}}
            sink: {file: {path: "%1$s/out", format: csv}}
            """
                    .formatted(dir),
                "planned.yaml");
  }

  @Test
  void shouldRefuseWhenThePlanIsNewButTheSinkHoldsSomethingOfTheBackfill() throws Exception {
    Log first = new Log();
    publish(first);
    claim(first.descriptors().get(0));
    Log other = new Log();

    assertThatThrownBy(() -> publish(other))
        .isInstanceOf(TaskException.class)
        .hasMessageContainingAll(spec.backfillId(), "_tidemark", "give the spec a new name");
    assertThat(other.plan()).isEmpty();
  }

  @Test
  void shouldGoOnWhenThePlannerDiedBehindItsFirstRecordAndAWorkerHasWritten() throws Exception {
    Log log = new Log();
    log.publications = 1;
    assertThatThrownBy(() -> publish(log)).hasMessage("died");
    assertThat(log.plan().map(Plan::getState)).hasValue(PlanState.PLANNING);
    claim(log.sought.get(0));
    log.publications = Integer.MAX_VALUE;

    PlanOutcome done = publish(log);

    assertThat(done.published()).isEqualTo(1);
    assertThat(done.plan().getState()).isEqualTo(PlanState.SEALED);
    assertThat(publish(log).published()).isZero();
  }

  @Test
  void shouldPlanLaterThanWhatWasArchivedWhateverTheClockSays() throws Exception {
    Log log = new Log();
    log.directive = directive(RunState.FORGET, 5_000);

    Plan plan = publish(log).plan();

    assertThat(plan.getCreatedAt()).isEqualTo(5_001);
    assertThat(log.descriptors()).extracting(Descriptor::getPlannedAt).containsOnly(5_001L);
    assertThat(publish(log).published()).as("the coordinator has not seen it yet").isZero();
  }

  @Test
  void shouldStopWhenTheBackfillIsCancelledMeanwhile() throws Exception {
    Log log = new Log();
    log.onPublish = () -> log.directive = directive(RunState.CANCEL, 7);

    assertThatThrownBy(() -> publish(log))
        .isInstanceOf(TaskException.class)
        .hasMessageContainingAll(spec.backfillId(), "cancelled by ops", "tidemark archive");

    assertThat(log.descriptors()).isEmpty();
    assertThat(log.plan().orElseThrow().getState()).isEqualTo(PlanState.PLANNING);
    log.onPublish = () -> {};
    assertThatThrownBy(() -> publish(log)).hasMessageContaining("cancelled by ops");
    assertThat(log.descriptors()).isEmpty();
  }

  @Test
  void shouldStopBetweenTwoBatchesWhenTheBackfillIsCancelled() throws Exception {
    Spec buckets =
        Specs.parser()
            .parse(
                spec.text()
                    .replaceAll("source: .*", "source: {file: {path: %s, format: csv}}")
                    .formatted(dir.resolve("many")),
                "planned.yaml");
    Path many = Files.createDirectories(dir.resolve("many"));
    for (int i = 0; i < 1_100; i++) {
      Files.writeString(many.resolve(i + ".csv"), "id\n1\n");
    }
    Log log = new Log();
    log.onPublish = () -> log.directive = directive(RunState.CANCEL, 7);
    log.publications = 2;

    try (Route route = Route.open(buckets)) {
      assertThat(new Planning(buckets, route).dryRun(4, System::nanoTime).partitions())
          .as("more than fit into one transaction")
          .isEqualTo(1_100);
      assertThatThrownBy(() -> new Planning(buckets, route).publish(log, 1))
          .isInstanceOf(TaskException.class)
          .hasMessageContaining("cancelled by ops");
    }
    assertThat(log.sought).isEmpty();
  }

  @Test
  void shouldRefuseASealedPlanThatWasCancelledOrIsBeingArchived() throws Exception {
    Log log = new Log();
    publish(log);

    log.directive = directive(RunState.CANCEL, 7);
    assertThatThrownBy(() -> publish(log)).hasMessageContaining("cancelled by ops");
    log.directive = directive(RunState.FORGET, 7);
    assertThatThrownBy(() -> publish(log)).hasMessageContaining("is being archived");
    log.directive = directive(RunState.HOLD, 7);
    assertThat(publish(log).published()).isZero();
  }

  private Optional<Directive> directive(RunState to, long at) {
    return Optional.of(
        new Directive(spec.backfillId(), to, "cancelled by ops", at, false, false, List.of()));
  }

  @Test
  void shouldSayThatRowsAreRecordsWhenTheyAreTransformed() throws Exception {
    Spec transformed = transformed("transform: {rename: {id: k}, cast: {id: int}}");

    try (Route route = Route.open(transformed)) {
      AtomicLong clock = new AtomicLong();
      DryRun run =
          new Planning(transformed, route).dryRun(4, () -> clock.addAndGet(1_500_000_000L));

      assertThat(run.raw()).isFalse();
      assertThat(run.obstacles()).containsExactly("files of format csv are read as records");
      assertThat(run.explain()).contains("transform: id → k, id as int");
      assertThat(run.took()).isEqualTo(Duration.ofMillis(1_500));
      assertThat(run.imbalance()).isEqualTo(1.0);
    }
  }

  @Test
  void shouldRefuseWhenTheTransformDoesNotFitTheSource() throws Exception {
    Spec transformed = transformed("transform: {rename: {idd: k}}");

    try (Route route = Route.open(transformed)) {
      assertThatThrownBy(() -> new Planning(transformed, route).check())
          .isInstanceOf(TaskException.class)
          .hasMessage("transform: rename: the source has no column 'idd'; did you mean id?");
    }
  }

  @Test
  void shouldRefuseInADryRunWhatCannotBePublished() throws Exception {
    Spec halved =
        Specs.parser()
            .parse(
                """
            apiVersion: tidemark/v1
            name: halved
            source: {halved: {}}
            sink: {file: {path: "%s/out", format: csv}}
            """
                    .formatted(dir),
                "halved.yaml");

    try (Route route = Route.open(halved)) {
      Planning planning = new Planning(halved, route);
      String missing = "the plan leaves out the buckets behind 0 of 2";
      assertThatThrownBy(() -> planning.publish(new Log(), 1)).hasMessageContaining(missing);
      assertThatThrownBy(() -> planning.dryRun(4, System::nanoTime)).hasMessageContaining(missing);
    }
  }

  private Spec transformed(String transform) throws Exception {
    return Specs.parser().parse(spec.text() + transform + "\n", "planned.yaml");
  }

  private PlanOutcome publish(Log log) throws TaskException {
    try (Route route = Route.open(spec)) {
      return new Planning(spec, route).publish(log, 1);
    }
  }

  /** What the first worker that runs a partition leaves at the sink. */
  private void claim(Descriptor d) throws TaskException {
    try (Route route = Route.open(spec)) {
      Claim claim = new Claim(d.getBackfillId(), d.getPartitionId(), 1, "w");
      route.sink().open(claim, route.source().shape(), RowFormat.RECORDS).close();
    }
  }

  /** A log that takes so many publications, then the planner dies. */
  private static final class Log implements PlanLog {
    private final List<Descriptor> descriptors = new ArrayList<>();
    private final List<Descriptor> sought = new ArrayList<>();
    private Optional<Plan> plan = Optional.empty();
    private Optional<Directive> directive = Optional.empty();
    private Runnable onPublish = () -> {};
    private int publications = Integer.MAX_VALUE;

    @Override
    public int queues() {
      return 4;
    }

    @Override
    public Optional<Directive> directive() {
      return directive;
    }

    @Override
    public Optional<Plan> plan() {
      return plan;
    }

    @Override
    public List<Descriptor> descriptors() {
      return List.copyOf(descriptors);
    }

    @Override
    public void publish(List<Descriptor> more, Plan now) {
      sought.addAll(more);
      if (publications-- == 0) {
        throw new IllegalStateException("died");
      }
      descriptors.addAll(more);
      plan = Optional.of(now);
      onPublish.run();
    }

    @Override
    public void close() {}
  }
}
