package io.tidemark.reconciler.status;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.BadRequestResponse;
import io.javalin.http.ConflictResponse;
import io.javalin.http.Context;
import io.tidemark.core.coordinator.CommandIds;
import io.tidemark.reconciler.flow.Commands;
import io.tidemark.reconciler.flow.NotHereException;
import io.tidemark.reconciler.flow.Queries;
import io.tidemark.schemas.avro.Command;
import io.tidemark.schemas.avro.Decision;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code POST /api/v1/backfills/{id}/commands}: writes what is asked into the log, and waits for
 * the coordinator's decision. Any instance can: the log is the only way to the coordinator.
 */
final class CommandApi {

  private static final Logger LOG = LoggerFactory.getLogger(CommandApi.class);
  private static final long WAIT_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final int POLL_MS = 50;

  private final Queries queries;
  private final Commands commands;
  private final LongSupplier clockMs;
  private final int maxBody;

  /**
   * @param clockMs milliseconds since the epoch
   * @param maxBody bytes
   */
  CommandApi(Queries queries, Commands commands, LongSupplier clockMs, int maxBody) {
    this.queries = queries;
    this.commands = commands;
    this.clockMs = clockMs;
    this.maxBody = maxBody;
  }

  void command(Context ctx) throws InterruptedException {
    BackfillApi.only(ctx, Set.of());
    String backfill = ctx.pathParam("id");
    CommandRequest request =
        request(
            backfill,
            Optional.ofNullable(ctx.header(CommandRequest.KEY_HEADER)),
            Body.json(ctx, maxBody));
    Command command =
        Command.newBuilder()
            .setCommandId(request.id().orElseGet(() -> UUID.randomUUID().toString()))
            .setBackfillId(backfill)
            .setType(request.type())
            .setArguments(request.arguments())
            .setWho(Gate.session(ctx).who())
            .setWhy(request.why())
            .setAt(clockMs.getAsLong())
            .build();
    Optional<Decision> decision = queries.decision(command.getCommandId());
    if (decision.isEmpty()) {
      // Not sooner: who asks again for an archive gets its answer, though the backfill is gone.
      BackfillApi.existing(queries, backfill);
      commands.send(command);
      LOG.info(
          "{} asks for {} of {}: command {}",
          command.getWho(),
          command.getType(),
          backfill,
          command.getCommandId());
      decision = await(command.getCommandId());
    }
    decision.ifPresent(d -> requireSame(command, d.getCommand()));
    answer(ctx, command, decision);
  }

  private static CommandRequest request(String backfill, Optional<String> key, byte[] body) {
    try {
      return CommandRequest.of(backfill, key, body);
    } catch (IllegalArgumentException e) {
      throw new BadRequestResponse(e.getMessage());
    }
  }

  private Optional<Decision> await(String id) throws InterruptedException {
    long deadline = System.nanoTime() + WAIT_NANOS;
    while (System.nanoTime() < deadline) {
      TimeUnit.MILLISECONDS.sleep(POLL_MS);
      try {
        Optional<Decision> decision = queries.decision(id);
        if (decision.isPresent()) {
          return decision;
        }
      } catch (NotHereException e) {
        LOG.debug("the coordinator moves: {}", e.getMessage());
      }
    }
    return Optional.empty();
  }

  private static void requireSame(Command asked, Command decided) {
    if (!CommandIds.same(asked, decided)) {
      throw new ConflictResponse(
          "command_id '"
              + asked.getCommandId()
              + "' was used for another command; leave it out, or take a new one");
    }
  }

  private static void answer(Context ctx, Command command, Optional<Decision> decision) {
    if (decision.isEmpty()) {
      BackfillApi.answer(ctx, Json.object().put("command_id", command.getCommandId()));
      ctx.status(202);
      return;
    }
    Decision d = decision.get();
    ObjectNode node = d.getAccepted() ? Json.object() : Problem.of(409, d.getAnswer(), ctx.path());
    node.put("command_id", command.getCommandId())
        .put("accepted", d.getAccepted())
        .put("answer", d.getAnswer())
        .put("at", d.getAt());
    BackfillApi.answer(ctx, node);
    if (!d.getAccepted()) {
      ctx.status(409).contentType(Problem.TYPE);
    }
  }
}
