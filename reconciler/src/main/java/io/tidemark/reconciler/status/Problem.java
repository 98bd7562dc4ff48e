package io.tidemark.reconciler.status;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;

/** Error answers as problem details (RFC 9457). */
final class Problem {

  static final String TYPE = "application/problem+json";

  private Problem() {}

  /**
   * Answers with a problem.
   *
   * @param detail what is wrong with this request, and what to do
   */
  static void answer(Context ctx, int status, String detail) {
    ctx.status(status).result(body(status, detail, ctx.path())).contentType(TYPE);
  }

  static byte[] body(int status, String detail, String instance) {
    return Json.bytes(of(status, detail, instance));
  }

  /** To be extended by members of its own. */
  static ObjectNode of(int status, String detail, String instance) {
    return Json.object()
        .put("type", "about:blank")
        .put("title", HttpStatus.forStatus(status).getMessage())
        .put("status", status)
        .put("detail", detail)
        .put("instance", instance);
  }
}
