package io.tidemark.cli;

import io.tidemark.schemas.avro.CommandType;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code tidemark approve}: a backfill that waits for somebody may start. */
@Command(
    name = "approve",
    mixinStandardHelpOptions = true,
    description =
        "Approve a backfill whose spec asks for it (approval: true): it starts as soon as it has a place.",
    footer = {"", "Examples:", "  tidemark approve orders-copy-1a2b3c4d --why \"change 4711\""})
final class ApproveCommand implements Callable<Integer> {

  @Mixin private Steering steering;

  @Override
  public Integer call() throws Exception {
    return steering.ask(CommandType.APPROVE, Map.of());
  }
}
