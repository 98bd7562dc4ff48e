package io.tidemark.cli.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.kafka.admin.TidemarkTopics;
import io.tidemark.kafka.client.ClientConfig;
import io.tidemark.schemas.topic.Topics;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Real workers, a real reconciler, three real brokers and a real PostgreSQL, all of which are
 * killed, stopped and cut off while backfills run; then source and sink are compared. One short run
 * with every build; {@code -Pchaos} for many. See CONTRIBUTING.md.
 */
class ChaosTest {

  private static final int RUNS = Integer.getInteger("chaos.runs", 1);
  private static final long SEED = Long.getLong("chaos.seed", System.nanoTime());
  private static final int FAULTS_EACH_RUN = 6;
  private static final int MINUTES = Integer.getInteger("chaos.minutes", 14);
  private static final Duration TIME = Duration.ofMinutes(RUNS == 1 ? 1 : MINUTES);
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final int GAP_MS = RUNS == 1 ? 1_500 : 1_800;
  private static final String NAME = "chaos";

  @Test
  void shouldLoseAndDoubleNothingWhenEverythingFails() throws Exception {
    Chronicle.say("chaos: -Dchaos.seed=" + SEED + " -Dchaos.runs=" + RUNS);
    SplittableRandom chance = new SplittableRandom(SEED);
    Disk.unmount(Workshop.of(NAME).resolve(Campaign.DISK));
    Path dir = Workshop.emptied(NAME);
    try (Disk disk = new Disk(dir.resolve(Campaign.DISK));
        Brokers brokers = new Brokers(dir);
        Database database = new Database(dir);
        Crew crew = new Crew(dir, brokers.bootstrap())) {
      Copy.prepare(database);
      TableDestination.prepare(database);
      ClientConfig kafka = ClientConfig.of(brokers.bootstrap());
      Topics topics = new Topics(Topics.DEFAULT_NAMESPACE);
      TidemarkTopics.ensure(kafka, topics, List.of(Topics.DEFAULT_DOMAIN), Crew.QUEUES);
      try (Reports reports = new Reports(kafka, topics, Crew.QUEUES)) {
        List<Fault> faults = new ArrayList<>(new WorkerFaults(crew).all());
        faults.addAll(new ServerFaults(brokers, database, crew).all());
        if (disk.mounted()) {
          faults.add(ServerFaults.diskFull(disk));
        }
        Scoreboard scoreboard = new Scoreboard(faults, reports, database);
        Nemesis nemesis =
            new Nemesis(
                faults, chance.split(), FAULTS_EACH_RUN * RUNS, GAP_MS, scoreboard, reports);
        Campaign campaign =
            new Campaign(dir, database, crew, reports, nemesis, scoreboard, chance.split());
        campaign.run(RUNS, TIME, PATIENCE);
        String table =
            campaign.table()
                + (disk.mounted() ? "" : "disk full: not injected, only root may mount a tmpfs\n");
        System.out.println(table);
        Files.writeString(Path.of("target", "chaos.txt"), table);
        if (RUNS > 1) {
          assertThat(scoreboard.injected())
              .as("faults injected in %d minutes; give -Dchaos.minutes more", MINUTES)
              .isGreaterThanOrEqualTo(FAULTS_EACH_RUN * RUNS);
        }
      }
    }
  }
}
