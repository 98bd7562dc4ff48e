package io.tidemark.reconciler.status;

import io.javalin.http.Context;
import io.javalin.http.Header;
import io.javalin.http.HttpResponseException;
import java.util.Map;
import java.util.Optional;

/**
 * Stands before every handler: sets the headers of every answer, and lets {@link Access} decide.
 */
final class Gate {

  private static final String SESSION = "tidemark.session";

  private final Access access;

  Gate(Access access) {
    this.access = access;
  }

  /** Lets the request pass, or throws what answers it. */
  void check(Context ctx) {
    SecurityHeaders.ALL.forEach(ctx::header);
    Access.Verdict verdict =
        access.decide(
            new Access.Request(
                ctx.method().name(),
                ctx.req().getRequestURI(),
                header(ctx, Header.HOST),
                header(ctx, Header.AUTHORIZATION),
                header(ctx, Header.ORIGIN),
                header(ctx, "Sec-Fetch-Site"),
                ctx.req().getContentLengthLong()));
    switch (verdict) {
      case Access.Verdict.Granted g -> ctx.attribute(SESSION, g.session());
      case Access.Verdict.Refused r -> throw refused(ctx, r);
    }
  }

  private static Optional<String> header(Context ctx, String name) {
    return Optional.ofNullable(ctx.header(name));
  }

  private static HttpResponseException refused(Context ctx, Access.Verdict.Refused refused) {
    Refusals.log(
        refused.status(),
        ctx.ip(),
        ctx.method().name(),
        ctx.req().getRequestURI(),
        refused.detail());
    if (refused.status() == 401) {
      ctx.header(Header.WWW_AUTHENTICATE, "Bearer realm=\"tidemark\"");
    }
    if (refused.status() == 413) {
      // What is left of the body shall not be read.
      ctx.header(Header.CONNECTION, "close");
    }
    return new HttpResponseException(refused.status(), refused.detail(), Map.of());
  }

  /** Who calls. */
  static Session session(Context ctx) {
    return ctx.attribute(SESSION);
  }
}
