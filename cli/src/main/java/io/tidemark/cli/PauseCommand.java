package io.tidemark.cli;

import io.tidemark.schemas.avro.CommandType;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code tidemark pause}: no chunk starts until it is resumed. */
@Command(
    name = "pause",
    mixinStandardHelpOptions = true,
    description =
        "Pause a backfill: lanes come to the end of their chunks and start no other, however often anything is restarted, until it is resumed. What is written stays, and nothing is redone.",
    footer = {
      "",
      "Examples:",
      "  tidemark pause orders-copy-1a2b3c4d --why \"the replica lags\"",
      "  tidemark pause orders-copy-1a2b3c4d --who deploy-bot --output json",
      "  tidemark pause orders-copy-1a2b3c4d --command-id deploy-4711-pause"
    })
final class PauseCommand implements Callable<Integer> {

  @Mixin private Steering steering;

  @Override
  public Integer call() throws Exception {
    return steering.ask(CommandType.PAUSE, Map.of());
  }
}
