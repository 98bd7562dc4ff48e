package io.tidemark.reconciler.status;

import io.javalin.http.Context;
import io.javalin.http.HttpStatus;

/** Error answers as problem details (RFC 9457). */
final class Problem {

  private Problem() {}

  /**
   * Answers with a problem.
   *
   * @param detail what is wrong with this request, and what to do
   */
  static void answer(Context ctx, int status, String detail) {
    byte[] body =
        Json.bytes(
            Json.object()
                .put("type", "about:blank")
                .put("title", HttpStatus.forStatus(status).getMessage())
                .put("status", status)
                .put("detail", detail)
                .put("instance", ctx.path()));
    ctx.status(status).result(body).contentType("application/problem+json");
  }
}
