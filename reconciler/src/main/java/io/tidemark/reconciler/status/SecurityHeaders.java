package io.tidemark.reconciler.status;

import java.util.Map;

/**
 * Headers of every answer: the dashboard runs its own scripts only, talks to this server only and
 * is shown in no frame; nothing is guessed, kept by caches, or told to other sites.
 */
final class SecurityHeaders {

  static final Map<String, String> ALL =
      Map.of(
          "Content-Security-Policy",
          "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src"
              + " 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
          "X-Content-Type-Options",
          "nosniff",
          "Referrer-Policy",
          "no-referrer",
          "Cross-Origin-Resource-Policy",
          "same-origin",
          "Cross-Origin-Opener-Policy",
          "same-origin",
          "Cache-Control",
          "no-store");

  private SecurityHeaders() {}
}
