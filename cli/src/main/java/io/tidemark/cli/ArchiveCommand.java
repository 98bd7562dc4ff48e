package io.tidemark.cli;

import io.tidemark.schemas.avro.CommandType;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code tidemark archive}: the records of a backfill that is over are dropped. */
@Command(
    name = "archive",
    mixinStandardHelpOptions = true,
    description =
        "Drop the records of a backfill that is over: it disappears from status. Rows at the sink stay. The same spec can be planned again then; where the sink keeps progress or files of the run, `tidemark plan` says what to remove first. Commands and alerts are kept for their 30 days.",
    footer = {
      "",
      "Examples:",
      "  tidemark archive orders-copy-1a2b3c4d",
      "  tidemark archive orders-copy-1a2b3c4d --yes"
    })
final class ArchiveCommand implements Callable<Integer> {

  @Mixin private Steering steering;
  @Mixin private Confirmation confirmation;

  @Override
  public Integer call() throws Exception {
    confirmation.require(
        "Drop the records of %s? That cannot be taken back; rows at the sink stay."
            .formatted(steering.id()));
    return steering.ask(CommandType.ARCHIVE, Map.of());
  }
}
