package io.tidemark.reconciler.status;

import io.javalin.http.Handler;
import io.javalin.http.HandlerType;

/**
 * An address that is answered.
 *
 * @param path with parameters in braces, as in {@code openapi.json}
 */
record Route(HandlerType method, String path, Handler handler) {

  static Route get(String path, Handler handler) {
    return new Route(HandlerType.GET, path, handler);
  }

  static Route post(String path, Handler handler) {
    return new Route(HandlerType.POST, path, handler);
  }
}
