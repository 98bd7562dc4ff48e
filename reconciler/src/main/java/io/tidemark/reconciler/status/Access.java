package io.tidemark.reconciler.status;

import java.net.URI;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Who may do what: every request is decided here before anything else sees it.
 *
 * <p>Without tokens everybody on this machine is an operator, and pages of other sites, which a
 * browser on this machine shows, must not be: reads are answered only under a name of this machine
 * (a site whose name is made to point here shows another one), and a write must come from the same
 * origin. With tokens the same holds for writes; the token itself is never sent by a browser on its
 * own.
 */
final class Access {

  /** Parts that addresses here have; nothing needs to be encoded. */
  private static final Pattern PART = Pattern.compile("(?!\\.{1,2}$)[A-Za-z0-9._~-]+");

  private static final Set<String> OPEN = Set.of("/", "/openapi.json");
  private static final Set<String> OPEN_BELOW = Set.of("/assets/", "/health/");
  private static final Set<String> READS = Set.of("GET", "HEAD");
  private static final String BEARER = "bearer ";

  private final Optional<Tokens> tokens;
  private final Set<String> names;
  private final int maxBody;

  /**
   * @param tokens of callers; empty: everybody is an operator
   * @param names host names, without port, under which this instance is reached; only asked for
   *     where there are no tokens
   * @param maxBody of a request, bytes
   */
  Access(Optional<Tokens> tokens, Set<String> names, int maxBody) {
    this.tokens = tokens;
    this.names = new HashSet<>(Set.of("localhost", "127.0.0.1", "[::1]"));
    names.forEach(n -> this.names.add(n.toLowerCase(Locale.ROOT)));
    this.maxBody = maxBody;
  }

  /**
   * What counts of a request.
   *
   * @param path as it was sent, still encoded
   * @param length of the body as announced, bytes; -1: unknown
   */
  record Request(
      String method,
      String path,
      Optional<String> host,
      Optional<String> authorization,
      Optional<String> origin,
      Optional<String> fetchSite,
      long length) {}

  /** What becomes of it. */
  sealed interface Verdict {

    /** It may go on. */
    record Granted(Session session) implements Verdict {}

    /**
     * It may not.
     *
     * @param detail why, and what to do; tells nothing of tokens
     */
    record Refused(int status, String detail) implements Verdict {}
  }

  Verdict decide(Request request) {
    if (!plain(request.path())) {
      return new Verdict.Refused(
          400, "the path has parts that no address here has; /openapi.json lists them all");
    }
    if (tokens.isEmpty() && request.host().filter(h -> !names.contains(name(h))).isPresent()) {
      return new Verdict.Refused(
          421, "this is not the host it was asked as; use 127.0.0.1, or set http.advertised");
    }
    if (request.length() > maxBody) {
      return new Verdict.Refused(413, "a body may have " + maxBody + " bytes here");
    }
    boolean reads = READS.contains(request.method());
    Verdict caller = caller(request, reads ? Role.READER : Role.OPERATOR);
    if (reads || caller instanceof Verdict.Refused) {
      return caller;
    }
    return foreign(request).<Verdict>map(d -> new Verdict.Refused(403, d)).orElse(caller);
  }

  private Verdict caller(Request request, Role needed) {
    if (tokens.isEmpty()) {
      return new Verdict.Granted(Session.LOCAL);
    }
    if (needed == Role.READER && open(request.path())) {
      return new Verdict.Granted(new Session("", Role.READER));
    }
    String header = request.authorization().orElse("");
    if (!header.toLowerCase(Locale.ROOT).startsWith(BEARER)) {
      return new Verdict.Refused(401, "send your token: 'Authorization: Bearer TOKEN'");
    }
    Optional<Session> session = tokens.get().find(header.substring(BEARER.length()).strip());
    if (session.isEmpty()) {
      return new Verdict.Refused(401, "this token is not known here");
    }
    if (!session.get().role().covers(needed)) {
      return new Verdict.Refused(
          403, session.get().who() + " is a reader; only an operator may do this");
    }
    return new Verdict.Granted(session.get());
  }

  private static boolean plain(String path) {
    return path.startsWith("/")
        && (path.length() == 1
            || Arrays.stream(path.substring(1).split("/", -1))
                .allMatch(part -> PART.matcher(part).matches()));
  }

  private static boolean open(String path) {
    return OPEN.contains(path) || OPEN_BELOW.stream().anyMatch(path::startsWith);
  }

  /** Why a write may come from a page of another site. */
  private static Optional<String> foreign(Request request) {
    if (request.fetchSite().filter(s -> !Set.of("same-origin", "none").contains(s)).isPresent()) {
      return Optional.of("a page of another site may not do this");
    }
    if (request.origin().isPresent()
        && !authority(request.origin().get()).equals(request.host().map(Access::lower))) {
      return Optional.of("a page of another origin may not do this");
    }
    return Optional.empty();
  }

  private static Optional<String> authority(String origin) {
    try {
      return Optional.ofNullable(URI.create(origin).getRawAuthority()).map(Access::lower);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** A Host header without its port. */
  static String name(String host) {
    return lower(host.replaceFirst(":\\d*$", ""));
  }

  private static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }
}
