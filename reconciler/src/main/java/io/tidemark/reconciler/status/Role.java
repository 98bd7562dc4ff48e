package io.tidemark.reconciler.status;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a caller may do. */
public enum Role {
  /** May read. */
  READER,
  /** May read, and give commands. */
  OPERATOR;

  /** As it is written in a tokens file and in answers. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Optional<Role> of(String word) {
    return Arrays.stream(values()).filter(r -> r.word().equals(word)).findFirst();
  }

  boolean covers(Role needed) {
    return compareTo(needed) >= 0;
  }
}
