package io.tidemark.reconciler.status;

import io.javalin.http.BadRequestResponse;
import io.javalin.http.ContentTooLargeResponse;
import io.javalin.http.Context;
import io.javalin.http.Header;
import io.javalin.http.HttpResponseException;
import io.javalin.http.RequestTimeoutResponse;
import io.javalin.http.UnsupportedMediaTypeResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Reads the body of a request, within bounds of size and time. */
final class Body {

  private static final long MAX_NANOS = TimeUnit.SECONDS.toNanos(10);

  private Body() {}

  /** JSON, unread; throws what answers a request that has something else. */
  static byte[] json(Context ctx, int maxBytes) {
    String type = ctx.contentType();
    if (type == null
        || !type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT).equals("application/json")) {
      throw refused(ctx, new UnsupportedMediaTypeResponse("send 'Content-Type: application/json'"));
    }
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    byte[] buffer = new byte[4_096];
    long deadline = System.nanoTime() + MAX_NANOS;
    try (InputStream in = ctx.req().getInputStream()) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        body.write(buffer, 0, n);
        if (body.size() > maxBytes) {
          throw refused(
              ctx, new ContentTooLargeResponse("a body may have " + maxBytes + " bytes here"));
        }
        if (System.nanoTime() > deadline) {
          throw refused(ctx, new RequestTimeoutResponse("the request came too slowly"));
        }
      }
    } catch (IOException e) {
      throw new BadRequestResponse("the body is cut short");
    }
    return body.toByteArray();
  }

  private static HttpResponseException refused(Context ctx, HttpResponseException why) {
    ctx.header(Header.CONNECTION, "close");
    Refusals.log(why.getStatus(), ctx.ip(), ctx.method().name(), ctx.path(), why.getMessage());
    return why;
  }
}
