package io.tidemark.cli.chaos;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A small file system of its own (tmpfs), so that it can be filled to the last byte and what writes
 * there meets the operating system's own "No space left on device". Only root may mount one.
 */
final class Disk implements AutoCloseable {

  private static final String SIZE = "48m";

  private final Path dir;
  private final Path ballast;
  private final boolean mounted;

  /** Mounts one on a folder; where this user may not, the folder is an ordinary one. */
  Disk(Path dir) throws IOException {
    this.dir = Files.createDirectories(dir);
    this.ballast = dir.resolve("ballast");
    this.mounted = run("mount", "-t", "tmpfs", "-o", "size=" + SIZE, "tmpfs", dir.toString());
  }

  /** Whether it can be filled. */
  boolean mounted() {
    return mounted;
  }

  /** Whether it is full because of {@link #fill}. */
  boolean filled() {
    return Files.exists(ballast);
  }

  /** Takes away what a test that was killed may have left mounted there. */
  static void unmount(Path dir) throws IOException {
    if (Files.exists(dir)) {
      run("umount", dir.toString());
    }
  }

  private static boolean run(String... command) throws IOException {
    Process p =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    return p.onExit().join().exitValue() == 0;
  }

  /** Leaves not one byte free. */
  void fill() throws IOException {
    byte[] block = new byte[4096];
    try (OutputStream out = Files.newOutputStream(ballast)) {
      while (true) {
        out.write(block);
      }
    } catch (IOException full) {
      if (dir.toFile().getUsableSpace() > block.length) {
        throw full;
      }
    }
  }

  /** Makes room again. */
  void free() throws IOException {
    Files.deleteIfExists(ballast);
  }

  @Override
  public void close() throws IOException {
    if (mounted) {
      unmount(dir);
    }
  }
}
