package io.tidemark.schemas.spec;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Keeps literal secrets out of specs: a spec is published on the plans topic as it was written,
 * comments and all. Also checks the form of the references that stand in their place.
 */
final class SecretRules {

  private static final Pattern SECRET_NAME =
      Pattern.compile(
          "(password|passwd|pwd|passphrase|secret|token|credentials?|apikey|accesskey|secretkey"
              + "|privatekey|keystorekey|userinfo|authorization)$"
              + "|sastoken|sharedkey|connectionstring");

  /** Without {@code $} inside, so that it stays linear on a text of nothing but openings. */
  private static final Pattern REFERENCE = Pattern.compile("\\$\\{([^}$]*)}");

  private static final Pattern ENV = Pattern.compile("env:[^:]+");

  private static final Pattern FILE_OR_DIR = Pattern.compile("(file|dir):[^:]+:.+");

  /** The name and the value of a setting in a URL, whatever a database parts them by. */
  private static final Pattern PARAMETER = Pattern.compile("[?&;:,/]([^=?&;:,/]+)=([^&;,]*)");

  /** An option of a JAAS login module that holds a secret, and its value. */
  private static final Pattern JAAS_OPTION =
      Pattern.compile(
          "(\\w*(?:password|secret|token))\\s*=\\s*[\"']?\\s*([^\"';\\s]*)",
          Pattern.CASE_INSENSITIVE);

  private static final Pattern COMMENT = Pattern.compile("(?:^|\\s)#");

  private static final Pattern PASSWORD_IN_COMMENT =
      Pattern.compile(
          "(?:password|passwd|pwd)[\"']?\\s*[:=]\\s*[\"']?(?![\"'\\s]|\\$\\{|$)",
          Pattern.CASE_INSENSITIVE);

  /** Stands for a reference while the text around it is looked at. */
  private static final String MASK = "\u0000";

  private static final String FORMS =
      "the forms are ${env:NAME}, ${file:/path/to.properties:key} and ${dir:/path:file}";

  private final YamlTree tree;
  private final Problems problems;

  private SecretRules(YamlTree tree, Problems problems) {
    this.tree = tree;
    this.problems = problems;
  }

  /** Adds what is wrong with secrets and references under {@code source} and {@code sink}. */
  static void check(YamlTree tree, String text, Problems problems) {
    SecretRules rules = new SecretRules(tree, problems);
    for (String side : new String[] {"source", "sink"}) {
      JsonNode config = tree.root().get(side);
      if (config != null) {
        rules.visit(config, side, false);
      }
    }
    rules.comments(text);
  }

  /** Whether a key or parameter of that name holds a secret. */
  static boolean isSecret(String name) {
    return SECRET_NAME.matcher(name.toLowerCase(Locale.ROOT).replaceAll("[-_.\\s]", "")).find();
  }

  private void visit(JsonNode node, String path, boolean secret) {
    if (node.isObject()) {
      node.properties()
          .forEach(
              p ->
                  visit(
                      p.getValue(),
                      YamlTree.path(path, p.getKey()),
                      secret || isSecret(p.getKey())));
    } else if (node.isArray()) {
      for (int i = 0; i < node.size(); i++) {
        visit(node.get(i), YamlTree.path(path, i), secret);
      }
    } else {
      scalar(node, path, secret);
    }
  }

  private void scalar(JsonNode node, String path, boolean secret) {
    String value = node.asText();
    if (secret && !onlyReferences(value)) {
      String name = path.substring(path.lastIndexOf('.') + 1);
      problem(
          path,
          name
              + " must be a reference such as "
              + example(path, name)
              + "; a literal would be written to the plans topic",
          "set the environment variable and name it here");
    } else if (node.isTextual()) {
      references(value, path);
      jaas(value, path);
      if (value.contains("//") || value.regionMatches(true, 0, "jdbc:", 0, 5)) {
        url(value, path);
      }
    }
  }

  private void jaas(String value, String path) {
    if (!path.contains("jaas.config")) {
      return;
    }
    Matcher option = JAAS_OPTION.matcher(masked(value));
    while (option.find()) {
      if (!option.group(2).replace(MASK, "").isEmpty()) {
        problem(
            path,
            "holds a literal secret in '"
                + option.group(1)
                + "'; it would be written to the plans topic",
            "give it as a reference such as "
                + option.group(1)
                + "=\""
                + example(path, option.group(1))
                + "\"");
      }
    }
  }

  private static boolean onlyReferences(String value) {
    return !value.isEmpty() && REFERENCE.matcher(value).replaceAll("").isEmpty();
  }

  private static String masked(String value) {
    return REFERENCE.matcher(value).replaceAll(MASK);
  }

  private static String example(String path, String name) {
    String word = name.replaceAll("[^A-Za-z0-9]+", "_").toUpperCase(Locale.ROOT);
    return "${env:" + (path.startsWith("source") ? "SRC_" : "DST_") + word + "}";
  }

  private void references(String value, String path) {
    Matcher reference = REFERENCE.matcher(value);
    while (reference.find()) {
      String inner = reference.group(1);
      if (!ENV.matcher(inner).matches() && !FILE_OR_DIR.matcher(inner).matches()) {
        problem(path, "'${" + shown(inner) + "}' is no reference that can be resolved", FORMS);
      }
    }
    if (masked(value).contains("${")) {
      problem(path, "a reference is not closed: '${' without '}'", FORMS);
    }
  }

  /** No more of it than its provider: what follows may be a secret put there by mistake. */
  private static String shown(String inner) {
    int colon = inner.indexOf(':');
    return colon < 0 ? "…" : inner.substring(0, Math.min(colon, 20)) + ":…";
  }

  private void url(String value, String path) {
    String url = masked(value);
    userInfo(url, path);
    Matcher parameter = PARAMETER.matcher(url);
    while (parameter.find()) {
      if (isSecret(parameter.group(1))) {
        literalInUrl(parameter.group(2), "in '" + parameter.group(1).strip() + "'", path);
      }
    }
  }

  /** {@code //user:password@host}, and Oracle's {@code thin:user/password@host}. */
  private void userInfo(String url, String path) {
    int slashes = url.indexOf("//");
    if (slashes >= 0) {
      String authority = url.substring(slashes + 2).split("[?;]", 2)[0];
      between(authority, authority.indexOf(':'), authority.lastIndexOf('@'), path);
    }
    int thin = url.toLowerCase(Locale.ROOT).indexOf(":thin:");
    if (thin >= 0) {
      String login = url.substring(thin + ":thin:".length());
      between(login, login.indexOf('/'), login.indexOf('@'), path);
    }
  }

  private void between(String text, int before, int after, String path) {
    if (before >= 0 && before < after) {
      literalInUrl(text.substring(before + 1, after), "after the user", path);
    }
  }

  private void literalInUrl(String found, String where, String path) {
    if (!found.replace(MASK, "").isEmpty()) {
      problem(
          path,
          "the URL holds a literal secret " + where + "; it would be written to the plans topic",
          "take it out and give it as 'password', a reference such as "
              + example(path, "password"));
    }
  }

  private void comments(String text) {
    int line = 0;
    for (String each : text.split("\n", -1)) {
      line++;
      Matcher comment = COMMENT.matcher(each);
      if (comment.find() && PASSWORD_IN_COMMENT.matcher(each).find(comment.end())) {
        problems.add(
            new Position(line, comment.end()),
            "",
            "a comment seems to hold a password; it would be written to the plans topic",
            "remove it from the comment");
      }
    }
  }

  private void problem(String path, String message, String suggestion) {
    problems.add(tree.value(path), path, message, suggestion);
  }
}
