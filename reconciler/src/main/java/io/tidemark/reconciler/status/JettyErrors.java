package io.tidemark.reconciler.status;

import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;

/** What the HTTP server itself refuses, as problem details like everything else. */
final class JettyErrors extends ErrorHandler {

  @Override
  protected void generateResponse(
      Request request,
      Response response,
      int code,
      String message,
      Throwable cause,
      Callback callback) {
    String path = request.getHttpURI().getPath();
    Refusals.log(
        code,
        Request.getRemoteAddr(request),
        request.getMethod(),
        path == null ? "" : path,
        "no valid request");
    headers(response.getHeaders());
    response.setStatus(code);
    response.write(true, ByteBuffer.wrap(body(code)), callback);
  }

  private static void headers(HttpFields.Mutable fields) {
    SecurityHeaders.ALL.forEach(fields::put);
    fields.put(new HttpField(HttpHeader.CONTENT_TYPE, Problem.TYPE));
  }

  private static byte[] body(int code) {
    String detail =
        switch (code) {
          case 408 -> "the request came too slowly";
          case 414, 431 -> "the address and headers of a request may have 8192 bytes together";
          default -> "this is no valid HTTP request";
        };
    return Problem.body(code, detail, "");
  }
}
