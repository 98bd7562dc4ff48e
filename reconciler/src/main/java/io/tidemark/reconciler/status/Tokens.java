package io.tidemark.reconciler.status;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Who may call, by the tokens that callers show. One name may have several, so that a token can be
 * replaced while both are taken. Only hashes are kept, but of the first: with it the reconcilers of
 * a fleet ask each other.
 */
public final class Tokens {

  private static final int MIN_LENGTH = 20;
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@-]{0,63}");

  /** What a {@code Bearer} header can hold (RFC 6750). */
  private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/-]+=*");

  private record Entry(String hash, Session session) {}

  private final List<Entry> entries;
  private final String first;

  private Tokens(List<Entry> entries, String first) {
    this.entries = List.copyOf(entries);
    this.first = first;
  }

  /**
   * Reads tokens from lines {@code <name> <reader|operator> <token>}; empty ones and those that
   * begin with {@code #} do not count.
   *
   * @param at where they stand, for messages
   * @throws IllegalArgumentException naming every line that is wrong, and no token
   */
  public static Tokens parse(String at, List<String> lines) {
    List<String> problems = new ArrayList<>();
    List<Entry> entries = new ArrayList<>();
    String first = null;
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      String[] parts = line.split("\\s+", -1);
      Optional<String> problem = problem(parts);
      if (problem.isPresent()) {
        problems.add(at + ", line " + (i + 1) + ": " + problem.get());
        continue;
      }
      first = first == null ? parts[2] : first;
      entries.add(
          new Entry(hash(parts[2]), new Session(parts[0], Role.of(parts[1]).orElseThrow())));
    }
    if (entries.isEmpty() && problems.isEmpty()) {
      problems.add(at + ": no token; write lines '<name> <reader|operator> <token>'");
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("\n", problems));
    }
    return new Tokens(entries, first);
  }

  private static Optional<String> problem(String[] parts) {
    if (parts.length != 3) {
      return Optional.of("write '<name> <reader|operator> <token>'");
    }
    if (!NAME.matcher(parts[0]).matches()) {
      return Optional.of("the name may hold letters, digits and . _ @ -, 64 at most");
    }
    if (Role.of(parts[1]).isEmpty()) {
      return Optional.of("the role of " + parts[0] + " is neither reader nor operator");
    }
    if (parts[2].length() < MIN_LENGTH || !TOKEN.matcher(parts[2]).matches()) {
      return Optional.of(
          "the token of "
              + parts[0]
              + " needs "
              + MIN_LENGTH
              + " or more letters, digits and . _ ~ + / -; 'openssl rand -hex 32' makes one");
    }
    return Optional.empty();
  }

  /** Whose token that is. Takes the same time whether one fits, and whichever does. */
  Optional<Session> find(String token) {
    byte[] hash = hash(token).getBytes(StandardCharsets.US_ASCII);
    Session found = null;
    for (Entry e : entries) {
      if (MessageDigest.isEqual(hash, e.hash().getBytes(StandardCharsets.US_ASCII))) {
        found = e.session();
      }
    }
    return Optional.ofNullable(found);
  }

  /** The first token, with which an instance asks the others. */
  public String first() {
    return first;
  }

  private static String hash(String token) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** Names only. */
  @Override
  public String toString() {
    return "Tokens of " + entries.stream().map(e -> e.session().who()).distinct().toList();
  }
}
