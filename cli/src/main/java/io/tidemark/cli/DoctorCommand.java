package io.tidemark.cli;

import io.tidemark.cli.doctor.Doctor;
import io.tidemark.cli.doctor.Finding;
import io.tidemark.cli.doctor.Finding.Level;
import io.tidemark.kafka.client.ClientConfig;
import io.tidemark.kafka.client.ClientConfigException;
import io.tidemark.schemas.spec.SpecException;
import io.tidemark.schemas.topic.Topics;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code tidemark doctor}: what is wrong, and what to do about it. */
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    description =
        "Look at everything that must be so that backfills run, and say of each thing that is not what"
            + " to do: Java, Kafka and its version, this user's rights, the schema registry if there is one,"
            + " transactions, topics, the reconciler, workers and their clocks; with a SPEC, also its secrets, source and sink"
            + " with the rights needed there, and whether it can be cut. Writes no record and changes"
            + " nothing. Exit code 5 if something does not answer, 2 if something is wrong, 0 even with"
            + " warnings.",
    footer = {
      "",
      "Examples:",
      "  tidemark doctor",
      "  tidemark doctor orders.yaml --bootstrap-server kafka:9092 --command-config kafka.properties",
      "  tidemark doctor --output json"
    })
final class DoctorCommand implements Callable<Integer> {

  @Parameters(
      arity = "0..1",
      paramLabel = "SPEC",
      description = "A backfill, a YAML file: look at what it names, too.")
  private Path spec;

  @Mixin private KafkaOptions kafka;
  @Mixin private OutputOption output;

  private final List<Finding> found = new ArrayList<>();

  @Override
  public Integer call() throws Exception {
    Topics topics = kafka.topics();
    Doctor doctor = new Doctor(this::hear);
    doctor.java();
    Optional<ClientConfig> clients = clients(doctor);
    if (clients.isPresent()) {
      doctor.kafka(clients.get(), topics);
    }
    if (spec != null) {
      try {
        doctor.spec(SpecFile.read(spec));
      } catch (SpecException | CliException e) {
        doctor.unreadable(e.getMessage());
      }
    }
    if (any(Level.UNREACHABLE)) {
      return ExitCode.UNREACHABLE;
    }
    return any(Level.FAILED) ? ExitCode.USAGE : ExitCode.DONE;
  }

  private Optional<ClientConfig> clients(Doctor doctor) {
    try {
      return Optional.of(kafka.clients());
    } catch (ClientConfigException e) {
      doctor.unusable(e.getMessage());
      return Optional.empty();
    }
  }

  private boolean any(Level level) {
    return found.stream().anyMatch(f -> f.level() == level);
  }

  private void hear(Finding f) {
    found.add(f);
    if (output.json()) {
      Map<String, Object> out = new LinkedHashMap<>();
      out.put("check", f.check());
      out.put("level", f.level().name().toLowerCase(Locale.ROOT));
      out.put("what", f.what());
      out.put("remedy", f.remedy());
      OutputOption.print(out);
    } else {
      boolean signs = System.out.charset().newEncoder().canEncode('✓');
      System.out.println(text(f, signs));
      System.out.flush();
    }
  }

  /**
   * One finding for people.
   *
   * @param signs whether the terminal can show signs
   */
  static String text(Finding f, boolean signs) {
    String mark =
        switch (f.level()) {
          case OK -> signs ? "✓" : "ok    ";
          case WARNING -> signs ? "!" : "WARN  ";
          case FAILED, UNREACHABLE -> signs ? "✗" : "FAILED";
        };
    String remedy =
        f.remedy().isEmpty() ? "" : "%n    %s ".formatted(signs ? "→" : "->") + plain(f.remedy());
    return mark + " " + f.check() + ": " + plain(f.what()) + remedy;
  }

  private static String plain(String text) {
    return Terminal.plain(text);
  }
}
