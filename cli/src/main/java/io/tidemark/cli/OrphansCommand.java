package io.tidemark.cli;

import io.tidemark.connectors.Route;
import io.tidemark.connectors.api.Leftover;
import io.tidemark.connectors.api.Sink;
import io.tidemark.kafka.client.ClientConfig;
import io.tidemark.schemas.avro.Checkpoint;
import io.tidemark.schemas.avro.CommittedFile;
import io.tidemark.schemas.spec.Spec;
import io.tidemark.schemas.topic.Topics;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tidemark orphans}: files that killed and overtaken workers have left in a sink. */
@Command(
    name = "orphans",
    mixinStandardHelpOptions = true,
    description =
        "List the files that killed or overtaken workers have left in a sink of files or objects, or"
            + " beside a table of Iceberg: no checkpoint and no snapshot names them, and none ever"
            + " will. They count for nothing, lie in a folder of the backfill's own, and go by"
            + " themselves when the backfill is finished; what a worker leaves afterwards, or in a"
            + " backfill that is never finished, does not.",
    footer = {
      "",
      "Examples:",
      "  tidemark orphans examples/postgres-to-s3.yaml",
      "  tidemark orphans examples/postgres-to-s3.yaml --delete --yes"
    })
final class OrphansCommand implements Callable<Integer> {

  @Parameters(paramLabel = "SPEC", description = "The backfill's spec, a YAML file.")
  private Path file;

  @Option(names = "--delete", description = "Remove them.")
  private boolean delete;

  @Mixin private Confirmation confirmation;
  @Mixin private KafkaOptions kafka;
  @Mixin private OutputOption output;

  @Override
  public Integer call() throws Exception {
    Spec spec = SpecFile.read(file);
    String id = spec.backfillId();
    Topics topics = kafka.topics();
    ClientConfig clients = kafka.reached();
    String domain = Lookup.domain(id, clients, topics);
    try (Sink sink = Route.openSink(spec)) {
      // In this order: what a claim that is over has written is in the log by then, or nowhere.
      List<Leftover> leftovers =
          sink.leftovers(id)
              .orElseThrow(
                  () ->
                      new CliException(
                          ExitCode.USAGE,
                          "a sink of kind '"
                              + spec.sink().kind()
                              + "' has none: databases and topics take a chunk as a whole"));
      Set<String> named = named(id, clients, topics.checkpoints(domain));
      List<Leftover> orphans = leftovers.stream().filter(l -> !named.contains(l.path())).toList();
      show(orphans);
      if (delete && !orphans.isEmpty()) {
        confirmation.require(
            "Remove the %,d orphans of %s? That cannot be taken back."
                .formatted(orphans.size(), id));
        sink.remove(id, orphans);
        if (!output.json()) {
          System.out.println("they were removed");
        }
      }
    }
    return ExitCode.DONE;
  }

  /** The files that count. */
  private static Set<String> named(String id, ClientConfig clients, String checkpoints)
      throws Exception {
    Set<String> named = new HashSet<>();
    Lookup.read(
        clients,
        checkpoints,
        Checkpoint.class,
        c -> {
          if (c.getDescriptor().getBackfillId().equals(id)) {
            c.getFiles().stream().map(CommittedFile::getPath).forEach(named::add);
          }
        });
    return named;
  }

  private void show(List<Leftover> orphans) {
    for (Leftover l : orphans) {
      if (output.json()) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("path", l.path());
        out.put("bytes", l.bytes());
        out.put("finished", l.finished());
        OutputOption.print(out);
      } else {
        System.out.printf(
            Locale.ROOT,
            "%s  %s%n",
            l.path(),
            l.finished() ? "%,d bytes".formatted(l.bytes()) : "an upload that was never completed");
      }
    }
    if (!output.json()) {
      System.out.printf(
          Locale.ROOT,
          "%,d orphans, %,d bytes%n",
          orphans.size(),
          orphans.stream().mapToLong(Leftover::bytes).sum());
    }
  }
}
