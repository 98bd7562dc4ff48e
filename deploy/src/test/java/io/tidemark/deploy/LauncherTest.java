package io.tidemark.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher, as in an image: beside it a folder {@code lib}, here with a program of our own. */
class LauncherTest {

  private static final Path ROOT = Path.of(System.getProperty("tidemark.root"));

  private static final String MAIN =
      """
      package io.tidemark.cli;

      public class Main {
        public static void main(String[] args) {
          String found;
          try {
            found = Class.forName("other.Thing").getSimpleName();
          } catch (ClassNotFoundException e) {
            found = "nothing";
          }
          System.out.println(args[0] + " finds " + found);
        }
      }
      """;

  @TempDir Path dir;

  @BeforeEach
  void install() throws IOException {
    Files.copy(ROOT.resolve("tidemark"), dir.resolve("tidemark"));
    assertThat(dir.resolve("tidemark").toFile().setExecutable(true)).isTrue();
    jar("lib/main.jar", "io/tidemark/cli/Main", MAIN);
    jar("more here/thing.jar", "other/Thing", "package other; public class Thing {}");
  }

  private void jar(String name, String type, String source) throws IOException {
    Path work = Files.createDirectories(dir.resolve("work").resolve(name));
    Path file = work.resolve(type + ".java");
    Files.createDirectories(file.getParent());
    Files.writeString(file, source);
    int failed =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, "--release", "21", "-d", work.toString(), file.toString());
    assertThat(failed).isZero();
    Path jar = dir.resolve(name);
    Files.createDirectories(jar.getParent());
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream entries = new JarOutputStream(out)) {
      entries.putNextEntry(new ZipEntry(type + ".class"));
      Files.copy(work.resolve(type + ".class"), entries);
    }
  }

  private String run(String classPath) throws IOException, InterruptedException {
    Path out = dir.resolve("out");
    ProcessBuilder command =
        new ProcessBuilder(dir.resolve("tidemark").toString(), "doctor")
            .redirectErrorStream(true)
            .redirectOutput(out.toFile());
    command.environment().put("JAVA_HOME", System.getProperty("java.home"));
    command.environment().remove("TIDEMARK_OPTS");
    if (classPath == null) {
      command.environment().remove("TIDEMARK_CLASSPATH");
    } else {
      command.environment().put("TIDEMARK_CLASSPATH", classPath);
    }
    assertThat(command.start().waitFor()).isZero();
    try (Stream<String> lines = Files.lines(out, StandardCharsets.UTF_8)) {
      return lines.filter(l -> l.startsWith("doctor")).findFirst().orElseThrow();
    }
  }

  @Test
  void shouldFindTheJarsOfOthersWhenTheyAreNamed() throws Exception {
    for (String named : List.of("more here/thing.jar", "more here/*")) {
      assertThat(run(dir.resolve(named).toString())).isEqualTo("doctor finds Thing");
      assertThat(run("/nowhere.jar:" + dir.resolve(named))).isEqualTo("doctor finds Thing");
    }
  }

  @Test
  void shouldFindTidemarksOwnJarsAloneWhenNoneAreNamed() throws Exception {
    assertThat(run(null)).isEqualTo("doctor finds nothing");
    assertThat(run("")).isEqualTo("doctor finds nothing");
  }
}
