package io.tidemark.connectors.sql;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Takes out of a driver's words what a URL may have of credentials: drivers quote whole URLs, or
 * what stands behind some part of them.
 *
 * @param hidden longest first
 * @param place what stands for a whole URL
 */
record UrlSecrets(List<String> hidden, String place) {

  /**
   * A part of a URL that may go on with a login, at whose beginning a driver may begin to quote.
   */
  private static final Pattern PART = Pattern.compile("(?<=[:/]|^)[^:/]");

  private static final Pattern PASSWORD =
      Pattern.compile(
          "(?:password|passwd|pwd|secret|token)=([^;&,)]+)|[:/]([^:/@]+)@",
          Pattern.CASE_INSENSITIVE);

  /** Shorter ones would take letters out of other words. */
  private static final int SHORTEST = 3;

  static UrlSecrets of(String url, String place) {
    List<String> hidden = new ArrayList<>();
    Matcher part = PART.matcher(url);
    while (part.find()) {
      String rest = url.substring(part.start());
      if (rest.indexOf('@') >= 0 || rest.indexOf('=') >= 0) {
        hidden.add(rest);
      }
    }
    Matcher password = PASSWORD.matcher(url);
    while (password.find()) {
      String found = password.group(1) == null ? password.group(2) : password.group(1);
      if (found.length() >= SHORTEST) {
        hidden.add(found);
      }
    }
    hidden.sort(Comparator.comparingInt(String::length).reversed());
    return new UrlSecrets(List.copyOf(hidden), place);
  }

  /** What was said, without them. */
  String masked(String said) {
    String text = said;
    for (String secret : hidden) {
      text = text.replace(secret, secret.startsWith("jdbc:") ? "jdbc:" + place : "…");
    }
    return text;
  }
}
