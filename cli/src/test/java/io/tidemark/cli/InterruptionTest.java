package io.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What becomes of a process that was asked to end and does not. */
final class InterruptionTest {

  @Test
  void shouldEndWithoutSuccessWhenTheCommandDoesNotEnd() throws Exception {
    Process hanging =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Hanging.class.getName())
            .start();
    try (BufferedReader out = hanging.inputReader();
        InputStream err = hanging.getErrorStream()) {
      assertThat(out.readLine()).isEqualTo("ready");

      // Not Process.destroy, which closes the streams as well.
      hanging.toHandle().destroy();

      assertThat(hanging.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(hanging.exitValue()).isEqualTo(ExitCode.INTERRUPTED);
      assertThat(new String(err.readAllBytes(), StandardCharsets.UTF_8))
          .contains("did not end within 1 s");
    } finally {
      hanging.destroyForcibly();
    }
  }
}
