package io.tidemark.cli;

import io.tidemark.schemas.avro.CommandType;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code tidemark resume}: a paused backfill goes on. */
@Command(
    name = "resume",
    mixinStandardHelpOptions = true,
    description =
        "Let a paused backfill go on where it stands, as soon as it has a place among those that run.",
    footer = {"", "Examples:", "  tidemark resume orders-copy-1a2b3c4d"})
final class ResumeCommand implements Callable<Integer> {

  @Mixin private Steering steering;

  @Override
  public Integer call() throws Exception {
    return steering.ask(CommandType.RESUME, Map.of());
  }
}
