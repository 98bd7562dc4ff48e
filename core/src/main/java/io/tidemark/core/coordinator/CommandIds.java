package io.tidemark.core.coordinator;

import io.tidemark.schemas.avro.Command;
import java.util.regex.Pattern;

/** Ids of commands: what carries the same one is decided once, however often it is sent. */
public final class CommandIds {

  /** What an id may be, for messages. */
  public static final String RULE = "1 to 100 letters, digits and . _ : -";

  private static final Pattern VALID = Pattern.compile("[A-Za-z0-9._:-]{1,100}");

  private CommandIds() {}

  /** Whether somebody may name a command so. */
  public static boolean valid(String id) {
    return VALID.matcher(id).matches();
  }

  /**
   * Whether two commands of one id ask for the same. Who asks, why and when may differ: somebody
   * else may run the same script.
   */
  public static boolean same(Command a, Command b) {
    return a.getBackfillId().equals(b.getBackfillId())
        && a.getType() == b.getType()
        && a.getArguments().equals(b.getArguments());
  }
}
