package io.tidemark.bench.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Peak resident memory, as Linux keeps it for each process; elsewhere it is unknown. */
final class Memory {

  private static final Pattern PEAK = Pattern.compile("VmHWM:\\s+(\\d+) kB");

  private Memory() {}

  /** Sum over those of them, and of their children, that live: bytes; 0 if unknown. */
  static long peaks(Collection<Process> processes) {
    return processes.stream()
        .filter(Process::isAlive)
        .flatMap(p -> Stream.concat(Stream.of(p.toHandle()), p.descendants()))
        .mapToLong(p -> peak(p.pid()))
        .sum();
  }

  static long peak(long pid) {
    try {
      Matcher m = PEAK.matcher(Files.readString(Path.of("/proc/" + pid + "/status")));
      return m.find() ? Long.parseLong(m.group(1)) * 1024 : 0;
    } catch (IOException e) {
      return 0; // it has just ended, or this is no Linux
    }
  }
}
