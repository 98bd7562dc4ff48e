package io.tidemark.reconciler.status;

import io.javalin.http.Context;
import io.javalin.http.Header;
import io.javalin.http.HttpStatus;
import io.javalin.http.NotFoundResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Files of the dashboard, which lie in the jar: {@code /} is {@code dashboard/index.html}, {@code
 * /assets/NAME} is {@code dashboard/NAME}, and {@code /assets/webjars/JAR/NAME} a file of one of
 * the {@link #WEBJARS}, whatever its version. Each is read once and kept. Browsers keep them, too,
 * and ask each time whether they are still the same, so that an upgrade shows at once.
 */
final class Assets {

  /** Jars of scripts and styles of others whose files are served. */
  private static final Set<String> WEBJARS = Set.of("uplot");

  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "json", "application/json",
          "svg", "image/svg+xml",
          "png", "image/png");

  /** No part begins with a dot, so that no name leads out of its folder. */
  private static final Pattern NAME =
      Pattern.compile("(?:[a-zA-Z0-9_-][a-zA-Z0-9_.-]*/)*[a-zA-Z0-9_-][a-zA-Z0-9_.-]*\\.([a-z]+)");

  private static final Pattern WEBJAR = Pattern.compile("webjars/([a-z0-9-]+)/(.+)");

  private final Map<String, File> read = new ConcurrentHashMap<>();

  private static final class File {
    private final byte[] bytes;
    private final String etag;

    private File(byte[] bytes, String etag) {
      this.bytes = bytes;
      this.etag = etag;
    }
  }

  /** {@code GET /}. */
  void index(Context ctx) {
    BackfillApi.only(ctx, Set.of());
    answer(ctx, "index.html");
  }

  /** {@code GET /assets/<path>}. */
  void asset(Context ctx) {
    BackfillApi.only(ctx, Set.of());
    answer(ctx, ctx.pathParam("path"));
  }

  private void answer(Context ctx, String name) {
    Matcher m = NAME.matcher(name);
    if (!m.matches() || !TYPES.containsKey(m.group(1))) {
      throw missing(ctx);
    }
    File file = read.get(name);
    if (file == null) {
      file = resource(name).flatMap(Assets::load).orElseThrow(() -> missing(ctx));
      read.put(name, file);
    }
    ctx.header(Header.CACHE_CONTROL, "no-cache").header(Header.ETAG, file.etag);
    if (known(ctx, file.etag)) {
      ctx.status(HttpStatus.NOT_MODIFIED);
    } else {
      ctx.result(file.bytes).contentType(TYPES.get(m.group(1)));
    }
  }

  private static NotFoundResponse missing(Context ctx) {
    return new NotFoundResponse("there is no file " + ctx.path());
  }

  private static boolean known(Context ctx, String etag) {
    String had = ctx.header(Header.IF_NONE_MATCH);
    return had != null && Arrays.stream(had.split(",")).map(String::strip).anyMatch(etag::equals);
  }

  private static Optional<String> resource(String name) {
    Matcher m = WEBJAR.matcher(name);
    if (!m.matches()) {
      return Optional.of("/dashboard/" + name);
    }
    String jar = m.group(1);
    return WEBJARS.contains(jar)
        ? version(jar).map(v -> "/META-INF/resources/webjars/" + jar + "/" + v + "/" + m.group(2))
        : Optional.empty();
  }

  /** Which version is on the classpath. */
  private static Optional<String> version(String webjar) {
    for (String group : List.of("org.webjars.npm", "org.webjars")) {
      String at = "/META-INF/maven/" + group + "/" + webjar + "/pom.properties";
      try (InputStream in = Assets.class.getResourceAsStream(at)) {
        if (in != null) {
          Properties pom = new Properties();
          pom.load(in);
          return Optional.of(pom.getProperty("version"));
        }
      } catch (IOException e) {
        throw new UncheckedIOException("cannot read " + at, e);
      }
    }
    return Optional.empty();
  }

  private static Optional<File> load(String resource) {
    try (InputStream in = Assets.class.getResourceAsStream(resource)) {
      if (in == null) {
        return Optional.empty();
      }
      byte[] bytes = in.readAllBytes();
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
      // Weak: the bytes are compressed on the way for those who take that.
      return Optional.of(
          new File(bytes, "W/\"" + HexFormat.of().formatHex(hash).substring(0, 32) + "\""));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + resource, e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
