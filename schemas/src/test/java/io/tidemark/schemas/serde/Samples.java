package io.tidemark.schemas.serde;

import io.tidemark.schemas.avro.Alert;
import io.tidemark.schemas.avro.BackfillState;
import io.tidemark.schemas.avro.Checkpoint;
import io.tidemark.schemas.avro.ColumnStat;
import io.tidemark.schemas.avro.Command;
import io.tidemark.schemas.avro.CommandType;
import io.tidemark.schemas.avro.CommittedFile;
import io.tidemark.schemas.avro.DeadLetter;
import io.tidemark.schemas.avro.Decision;
import io.tidemark.schemas.avro.Descriptor;
import io.tidemark.schemas.avro.Digest;
import io.tidemark.schemas.avro.Directive;
import io.tidemark.schemas.avro.Failure;
import io.tidemark.schemas.avro.FailureKind;
import io.tidemark.schemas.avro.FileSlice;
import io.tidemark.schemas.avro.HashFilter;
import io.tidemark.schemas.avro.KeyRange;
import io.tidemark.schemas.avro.LedgerEntry;
import io.tidemark.schemas.avro.ListFilter;
import io.tidemark.schemas.avro.Order;
import io.tidemark.schemas.avro.OrderKind;
import io.tidemark.schemas.avro.Overtaken;
import io.tidemark.schemas.avro.PartitionState;
import io.tidemark.schemas.avro.Plan;
import io.tidemark.schemas.avro.PlanState;
import io.tidemark.schemas.avro.Pressure;
import io.tidemark.schemas.avro.Progress;
import io.tidemark.schemas.avro.RunState;
import io.tidemark.schemas.avro.RunningPartition;
import io.tidemark.schemas.avro.Severity;
import io.tidemark.schemas.avro.Share;
import io.tidemark.schemas.avro.Tally;
import io.tidemark.schemas.avro.WorkerHeartbeat;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;

/**
 * One fixed record of each kind and version that was shipped, as today's class reads it: what the
 * golden bytes hold. Add one for each new version; change none of the old but to give new fields
 * their defaults.
 */
public final class Samples {

  private static final String BACKFILL = "orders-copy-1a2b3c4d";
  private static final String PARTITION = BACKFILL + "/000007";

  private Samples() {}

  /** A record and the version of its schema that its golden bytes were written with. */
  public record Sample(SpecificRecord value, int version) {
    /** Short name of the record. */
    public String name() {
      return value.getSchema().getName();
    }

    @Override
    public String toString() {
      return name() + "-v" + version;
    }
  }

  public static List<Sample> all() {
    return List.of(
        new Sample(plan(0), 1),
        new Sample(plan(5), 2),
        new Sample(limited(), 3),
        new Sample(descriptor(null), 1),
        new Sample(descriptor(new HashFilter(List.of("customer", "day"), 3, 64)), 2),
        new Sample(checkpoint(0, 0), 1),
        new Sample(checkpoint(3, 0), 2),
        new Sample(checkpoint(3, 2), 3),
        new Sample(listed(), 4),
        new Sample(ledgerEntry(0, null), 1),
        new Sample(ledgerEntry(3, null), 2),
        new Sample(ledgerEntry(3, list()), 3),
        new Sample(progress(0), 1),
        new Sample(progress(3), 2),
        new Sample(steered(), 3),
        new Sample(
            Progress.newBuilder(steered())
                .setRetryAsked(command())
                .setSourceKey("postgresql://db1:5432/shop")
                .build(),
            4),
        new Sample(command(), 1),
        new Sample(directive(false), 1),
        new Sample(directive(true), 2),
        new Sample(
            Directive.newBuilder(directive(true))
                .setRunState(RunState.FORGET)
                .setLimited(true)
                .setShares(List.of(new Share("worker-1", 2_500.5, -1)))
                .build(),
            3),
        new Sample(workerHeartbeat(List.of()), 1),
        new Sample(
            workerHeartbeat(
                List.of(
                    new Overtaken(
                        BACKFILL, PARTITION, 4_711L, "the sink: FENCED", 1_767_225_606_000L))),
            2),
        new Sample(pressed(), 3),
        new Sample(deadLetter(-1), 1),
        new Sample(deadLetter(3), 2),
        new Sample(alert(), 1),
        new Sample(Alert.newBuilder(alert()).setResolvedAt(1_767_225_670_000L).build(), 2),
        new Sample(tally(0), 1),
        new Sample(tally(3), 2),
        new Sample(
            Tally.newBuilder(tally(3))
                .setPendingSizes(List.of(0L, 0L, 1L, 300L))
                .setOrderedAt(9L)
                .build(),
            3),
        new Sample(Tally.newBuilder(tally(3)).setOrderedState(PartitionState.FAILED).build(), 4),
        new Sample(decision(), 1),
        new Sample(order(), 1));
  }

  static Plan plan(long deadLetters) {
    return new Plan(
        BACKFILL,
        "orders-copy",
        "default",
        "apiVersion: tidemark/v1\nname: orders-copy\n",
        "1a2b3c4d".repeat(8),
        "{\"type\":\"record\",\"name\":\"orders\",\"fields\":[]}",
        PlanState.SEALED,
        64,
        12L,
        2_400_000L,
        -77L,
        false,
        1_767_225_600_000L,
        1_767_225_601_000L,
        deadLetters,
        deadLetters == 0 ? 1.0 : 0.25,
        "",
        null,
        null,
        null,
        5,
        false,
        "",
        1_000L);
  }

  private static Plan limited() {
    return Plan.newBuilder(plan(5))
        .setSourceKey("postgresql://127.0.0.1:5432/shop")
        .setRowsPerS(20_000.0)
        .setSourceRowsPerS(50_000.0)
        .setLanes(4)
        .setPriority(9)
        .setApproval(true)
        .setWindow("Mon-Fri 22:00-06:00 Europe/Paris")
        .setChunkTargetMs(500L)
        .build();
  }

  private static ListFilter list() {
    return new ListFilter("country", List.of("DE", "größer"), true, true);
  }

  static Descriptor descriptor(Object filter) {
    return new Descriptor(
        PARTITION,
        BACKFILL,
        7L,
        0,
        13,
        new KeyRange(List.of("tenant", "id"), List.of("a", "1"), null, false, filter),
        200_000L,
        1_767_225_600_500L);
  }

  public static Checkpoint checkpoint(long deadLetters, int deaths) {
    Descriptor ofFile =
        new Descriptor(
            PARTITION,
            BACKFILL,
            7L,
            1,
            13,
            new FileSlice("data/a.parquet", "parquet", 0L, 4L, 1_048_576L, 1_767_225_000_000L),
            200_000L,
            1_767_225_600_500L);
    return new Checkpoint(
        ofFile,
        PartitionState.RETRYING,
        false,
        4711L,
        List.of("2"),
        150_000L,
        30_000_000L,
        new Digest("avro", 150_000L, Long.MIN_VALUE),
        3L,
        List.of(new ColumnStat("id", 0L), new ColumnStat("note", 12L)),
        List.of(new CommittedFile("part-000007-0.parquet", 150_000L, 9_000_000L)),
        "worker-1",
        2,
        deadLetters == 0 ? failure() : away(),
        1_767_225_602_000L,
        1_767_225_603_000L,
        deadLetters,
        deaths);
  }

  private static Checkpoint listed() {
    return Checkpoint.newBuilder(checkpoint(3, 2)).setDescriptor(descriptor(list())).build();
  }

  static LedgerEntry ledgerEntry(long deadLetters, Object filter) {
    return new LedgerEntry(
        descriptor(filter),
        PartitionState.COMPLETED,
        4711L,
        List.of("b", "99"),
        200_001L,
        40_000_000L,
        new Digest("pgcopy:00ff", 200_001L, 42L),
        4L,
        List.of(),
        List.of(),
        "worker-1",
        0,
        1,
        null,
        1_767_225_602_000L,
        1_767_225_604_000L,
        1_767_225_604_000L,
        deadLetters);
  }

  static Progress progress(long deadLetters) {
    return new Progress(
        BACKFILL,
        "orders-copy",
        "default",
        BackfillState.RUNNING,
        "",
        true,
        12L,
        4L,
        2L,
        1L,
        4L,
        1L,
        0L,
        900_000L,
        180_000_000L,
        2_400_000L,
        new Digest("avro", 900_000L, -1L),
        false,
        1L,
        0L,
        "",
        125_000.5,
        11_000L,
        14_000L,
        1_767_225_600_000L,
        1_767_225_602_000L,
        null,
        1_767_225_609_000L,
        deadLetters,
        null,
        null,
        "",
        false,
        null,
        5,
        null,
        null,
        null,
        null,
        0L,
        null,
        "");
  }

  private static Progress steered() {
    return Progress.newBuilder(progress(3))
        .setState(BackfillState.PAUSED)
        .setRowsPerSLimit(20_000.0)
        .setLanesLimit(4)
        .setSlowedBy("sink: replication lag is 9 s of 10 s")
        .setApproved(true)
        .setPausedAt(1_767_225_608_000L)
        .setPriority(9)
        .setCriticalPartition(PARTITION)
        .setCriticalMs(12_000L)
        .setThrottleRowsPerS(20_000.0)
        .setThrottleLanes(-1)
        .setOrderedAt(1_767_225_605_100L)
        .build();
  }

  static Command command() {
    return new Command(
        "c-1",
        BACKFILL,
        CommandType.THROTTLE,
        Map.of("rows-per-second", "50000"),
        "ada",
        "the primary is busy",
        1_767_225_605_000L);
  }

  private static Decision decision() {
    return new Decision(command(), true, "at most 50000 rows/s from now on", 1_767_225_605_100L);
  }

  private static Order order() {
    return new Order(BACKFILL, "default", 13, OrderKind.RETRY, PARTITION, 1_767_225_605_100L);
  }

  public static Directive directive(boolean spent) {
    return new Directive("b-0", RunState.HOLD, "asked by ada", 1L, spent, false, List.of());
  }

  private static WorkerHeartbeat pressed() {
    return WorkerHeartbeat.newBuilder(workerHeartbeat(List.of()))
        .setRunning(
            List.of(
                new RunningPartition(
                    PARTITION,
                    BACKFILL,
                    150_000L,
                    50_000L,
                    12_500.5,
                    1_767_225_605_500L,
                    1_767_225_593_000L)))
        .setPressures(
            List.of(
                new Pressure(BACKFILL, "replication lag", 9.0, 10.0, 0.5, "the lag is 9 of 10 s")))
        .build();
  }

  static WorkerHeartbeat workerHeartbeat(List<Overtaken> overtaken) {
    return new WorkerHeartbeat(
        "worker-1",
        "default",
        "host-a",
        4321L,
        "0.1.0",
        8,
        5,
        List.of(0, 13, 63),
        125_000.5,
        0.75,
        268_435_456L,
        1_073_741_824L,
        "",
        1_767_225_000_000L,
        1_767_225_606_000L,
        overtaken,
        List.of(),
        List.of());
  }

  static DeadLetter deadLetter(long number) {
    return new DeadLetter(
        PARTITION,
        BACKFILL,
        ByteBuffer.wrap(new byte[] {2, 0, (byte) 0xFF}),
        "\"bytes\"",
        "note",
        failure(),
        List.of("a", "1"),
        1,
        1_767_225_603_500L,
        number,
        number < 0 ? -1L : 4_711L);
  }

  static Alert alert() {
    return new Alert(
        "stall:" + PARTITION,
        BACKFILL,
        PARTITION,
        "stall",
        Severity.WARNING,
        "no chunk for 60 s — größer als üblich ✓",
        "look at the worker's log",
        1_767_225_663_000L,
        null);
  }

  static Tally tally(long deadLetters) {
    return new Tally(
        BACKFILL,
        "default",
        13,
        1L,
        1L,
        0L,
        3L,
        0L,
        0L,
        600_000L,
        120_000_000L,
        1_000_000L,
        600_000L,
        new Digest("avro", 600_000L, 7L),
        5L,
        3L,
        0L,
        1L,
        "stale fence 12 after 13",
        1_767_225_602_000L,
        1_767_225_607_000L,
        deadLetters,
        List.of(),
        0L,
        null);
  }

  private static Failure away() {
    return new Failure(FailureKind.UNAVAILABLE, "08001", "refused", 1_767_225_602_500L);
  }

  private static Failure failure() {
    return new Failure(
        FailureKind.TRANSIENT, "40001", "deadlock on orders; retried", 1_767_225_602_500L);
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
