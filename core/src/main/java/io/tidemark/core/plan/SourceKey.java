package io.tidemark.core.plan;

import io.tidemark.schemas.spec.ConnectorConfig;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Names the database, cluster or files that rows come from, the same for all backfills that share
 * them, however their specs write it: {@code postgresql://db1:5432/shop}. Without user, password
 * and options of the connection.
 */
public final class SourceKey {

  private static final Pattern POSTGRES =
      Pattern.compile(
          "(?i)(?:jdbc:)?postgres(?:ql)?:(?://(?<hosts>[^/]*))?/?(?<name>[^/?;]*)(?:[?;].*)?",
          Pattern.DOTALL);
  private static final Pattern HOST =
      Pattern.compile("(?<name>\\[[^]]*]|[^:]*)(?::(?<port>[0-9]{0,5}))?");
  private static final String POSTGRES_PORT = "5432";

  /** A machine's names of itself. */
  private static final Set<String> HERE =
      Set.of("", "localhost", "127.0.0.1", "[::1]", "[0:0:0:0:0:0:0:1]");

  /** Several hosts in one key: no comma, as that would part a list of settings. */
  private static final String BETWEEN_HOSTS = "|";

  private SourceKey() {}

  /** Of a database {@code postgresql://host:port/name}, else the kind and the path or brokers. */
  public static String of(ConnectorConfig source) {
    String url = source.config().path("url").asText();
    if (!url.isEmpty()) {
      return normal(url);
    }
    String brokers = source.config().path("bootstrap").asText();
    return source.kind()
        + ":"
        + (brokers.isEmpty()
            ? source.config().path("path").asText()
            : Arrays.stream(brokers.toLowerCase(Locale.ROOT).split(","))
                .map(String::strip)
                .sorted()
                .collect(Collectors.joining(BETWEEN_HOSTS)));
  }

  /**
   * The one way to write a key, or a JDBC URL, of a database: hosts in lower case and in order, a
   * machine's own names as {@code localhost}, with the port, without options. What is neither stays
   * as it is.
   */
  public static String normal(String keyOrUrl) {
    Matcher m = POSTGRES.matcher(keyOrUrl.strip());
    if (!m.matches()) {
      return keyOrUrl.strip().replaceFirst("^jdbc:", "").replaceFirst("[?;].*$", "");
    }
    String hosts = m.group("hosts") == null ? "" : m.group("hosts");
    return "postgresql://"
        + Arrays.stream(hosts.substring(hosts.lastIndexOf('@') + 1).split("[,|]", -1))
            .map(SourceKey::host)
            .distinct()
            .sorted()
            .collect(Collectors.joining(BETWEEN_HOSTS))
        + "/"
        + m.group("name");
  }

  private static String host(String text) {
    Matcher m = HOST.matcher(text.strip());
    if (text.contains("${") || !m.matches()) {
      return text.strip(); // names a secret, or nothing that can be reached
    }
    String name = m.group("name").toLowerCase(Locale.ROOT).replaceFirst("\\.$", "");
    String port = m.group("port");
    return (HERE.contains(name) ? "localhost" : name)
        + ":"
        + (port == null || port.isEmpty()
            ? POSTGRES_PORT
            : Integer.toString(Integer.parseInt(port)));
  }
}
