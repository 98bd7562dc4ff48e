package io.tidemark.cli;

import io.tidemark.schemas.avro.CommandType;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code tidemark cancel}: partitions that are not done will not be. */
@Command(
    name = "cancel",
    mixinStandardHelpOptions = true,
    description =
        "Cancel a backfill: partitions that are not done will not be. That is final; rows that are written stay at the sink, and the answer tells how many.",
    footer = {
      "",
      "Examples:",
      "  tidemark cancel orders-copy-1a2b3c4d --why \"wrong table\"",
      "  tidemark cancel orders-copy-1a2b3c4d --yes --output json"
    })
final class CancelCommand implements Callable<Integer> {

  @Mixin private Steering steering;
  @Mixin private Confirmation confirmation;

  @Override
  public Integer call() throws Exception {
    confirmation.require(
        "Cancel %s for good? Rows that are written stay.".formatted(steering.id()));
    return steering.ask(CommandType.CANCEL, Map.of());
  }
}
