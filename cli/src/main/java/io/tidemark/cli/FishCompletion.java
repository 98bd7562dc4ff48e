package io.tidemark.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * The script that lets fish complete verbs, options, their words, and files where files are meant.
 */
final class FishCompletion {

  private static final int TOLD = 90;

  private FishCompletion() {}

  static String script(CommandLine root) {
    String name = root.getCommandName();
    List<String> lines = new ArrayList<>();
    lines.add("# Lets fish complete " + name + "; made by `" + name + " completion fish`.");
    lines.add("complete -c " + name + " -e");
    lines.add("complete -c " + name + " -f");
    options(name, "__fish_use_subcommand", root.getCommandSpec(), lines);
    for (Map.Entry<String, CommandLine> verb : root.getSubcommands().entrySet()) {
      CommandSpec spec = verb.getValue().getCommandSpec();
      lines.add(
          line(name, "__fish_use_subcommand", "-a " + verb.getKey(), told(description(spec))));
      String seen = "__fish_seen_subcommand_from " + verb.getKey();
      options(name, seen, spec, lines);
      for (PositionalParamSpec p : spec.positionalParameters()) {
        if (files(p)) {
          lines.add(line(name, seen, "-F", ""));
        } else if (!words(p).isEmpty()) {
          lines.add(line(name, seen, "-a " + quoted(words(p)), ""));
        }
      }
    }
    return String.join("\n", lines) + "\n";
  }

  private static void options(String name, String when, CommandSpec spec, List<String> lines) {
    for (OptionSpec o : spec.options()) {
      if (o.hidden()) {
        continue;
      }
      StringJoiner what = new StringJoiner(" ");
      for (String n : o.names()) {
        what.add(n.startsWith("--") ? "-l " + n.substring(2) : "-s " + n.substring(1));
      }
      if (o.arity().max() > 0) {
        what.add(files(o) ? "-r -F" : "-x");
        if (!words(o).isEmpty()) {
          what.add("-a " + quoted(words(o)));
        }
      }
      lines.add(line(name, when, what.toString(), told(description(o))));
    }
  }

  private static String line(String name, String when, String what, String description) {
    return "complete -c %s -n %s %s%s"
        .formatted(
            name, quoted(when), what, description.isEmpty() ? "" : " -d " + quoted(description));
  }

  private static boolean files(ArgSpec arg) {
    return Path.class.isAssignableFrom(arg.type());
  }

  /** Words that it takes, in lower case as people write them. */
  private static String words(ArgSpec arg) {
    StringJoiner words = new StringJoiner(" ");
    if (arg.completionCandidates() != null) {
      arg.completionCandidates().forEach(w -> words.add(w.toLowerCase(Locale.ROOT)));
    }
    return words.toString();
  }

  private static String description(CommandSpec spec) {
    return String.join(" ", spec.usageMessage().description());
  }

  private static String description(OptionSpec o) {
    return String.join(" ", o.description());
  }

  /** The first sentence, cut to what fits beside a word. */
  private static String told(String text) {
    String first = text.replaceFirst("(?s)[.:;] .*", "").replaceFirst("\\.$", "");
    return first.length() <= TOLD ? first : first.substring(0, TOLD - 1) + "…";
  }

  /** One word for fish, whatever it holds. */
  private static String quoted(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }
}
